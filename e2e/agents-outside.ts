/** Agents outside of the page, as a test needs them: a token from the command line, and calls with it. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cli, type HostProcess } from './host.ts'

export interface OutsideAgent {
  readonly name: string
  readonly agent: string
  readonly actor: string
  readonly token: string
  /** Where the host listens. */
  readonly url: string
}

/** Runs the built command line to its end; answers what it wrote on stdout. Rejects where it fails. */
export async function worknode(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args])
  return stdout
}

export async function addAgent({ dataDir }: HostProcess, name: string, ...flags: readonly string[]): Promise<OutsideAgent> {
  return JSON.parse(await worknode('agent', 'add', name, '--data', dataDir, '--json', ...flags)) as OutsideAgent
}

export function call(
  { url, token }: Pick<OutsideAgent, 'url' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(new URL(`/api/v1${path}`, url), {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
