/** The Python of this machine that has `requests`, if there is one: what callers outside mostly are. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export const NO_PYTHON = 'no Python with requests here: pip install requests, or Debian’s python3-requests'

/** One that `npm test` installed is in `build/python`. */
export function findPython(): string | undefined {
  const own = ['bin/python', 'Scripts/python.exe'].map((path) =>
    fileURLToPath(new URL(`../build/python/${path}`, import.meta.url)),
  )
  return [process.env.PYTHON ?? 'python3', 'python3', 'python', '/usr/bin/python3', ...own].find(
    (python) => spawnSync(python, ['-c', 'import requests']).status === 0,
  )
}

export interface PythonScript {
  /** Sends a line, and answers the next line that comes back. Rejects where the script has ended. */
  ask(line: string): Promise<string>
  /** Closes its input, and answers its exit code. */
  end(): Promise<number | null>
}

/** Runs a script beside this file that answers a line with a line. */
export function runPython(python: string, script: string, env: Readonly<Record<string, string>>): PythonScript {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child: ChildProcess = spawn(python, ['-B', '-u', path], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit') as Promise<[number | null]>
  const lines: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  return {
    async ask(line) {
      const answer = once(lines, 'line') as Promise<[string]>
      child.stdin?.write(`${line}\n`)
      const first = await Promise.race([answer, gone.then(([code]) => new Error(`${script} ended with ${code}`))])
      if (first instanceof Error) throw first
      return first[0]
    },
    async end() {
      child.stdin?.end()
      const [code] = await gone
      return code
    },
  }
}
