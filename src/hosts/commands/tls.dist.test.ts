/** Hosts whose certificate nobody signed but they: who is told to trust it does, who is not says what to do, and waits for nothing. */

import { X509Certificate } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findPython } from '../../../e2e/python.ts'
import { selfSigned } from '../certificate.fixture.ts'

const cli = fileURLToPath(new URL('../../../build/host/cli.js', import.meta.url))
const client = fileURLToPath(new URL('../../../clients/python/src', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'worknode-tls-'))
const pem = join(folder, 'host.pem')
const certificate = selfSigned()

let server: Server
let url = ''
let tokens: (string | undefined)[] = []

beforeAll(async () => {
  writeFileSync(pem, certificate.cert)
  server = createServer(certificate, (request, response) => {
    tokens.push(request.headers.authorization)
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(request.method === 'POST' ? '{"allowed":true,"why":"by 12ab"}' : '[]')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `https://localhost:${(server.address() as AddressInfo).port}`
})

beforeEach(() => {
  tokens = []
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function ran(
  program: string,
  args: readonly string[],
  { input = '', ...env }: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { WORKNODE_URL: _, WORKNODE_TOKEN: __, CLAUDE_PROJECT_DIR: ___, ...clean } = process.env
  const child = spawn(program, args, { cwd: folder, env: { ...clean, ...env } })
  child.stdin.end(input)
  const closed = once(child, 'close') as Promise<[number]>
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { code, stdout, stderr }
}

const worknode = (args: readonly string[], env: Readonly<Record<string, string>>): ReturnType<typeof ran> =>
  ran(process.execPath, [cli, ...args], env)

const input = JSON.stringify({ tool_name: 'Edit', tool_input: { file_path: 'a.ts' } })

test('the hook denies where the certificate is not trusted, --fail-open or not, and says what to do', async () => {
  for (const args of [['hook'], ['hook', '--fail-open']]) {
    const { code, stdout } = await worknode(args, { WORKNODE_URL: url, WORKNODE_TOKEN: 't', input })
    expect(code).toBe(0)
    expect(stdout).toContain('"permissionDecision":"deny"')
    expect(stdout).toMatch(/certificate of https:.* is not trusted here: DEPTH_ZERO_SELF_SIGNED_CERT\. .*NODE_EXTRA_CA_CERTS=/)
  }
  const trusting = { WORKNODE_URL: url, WORKNODE_TOKEN: 't', NODE_EXTRA_CA_CERTS: pem, input }
  expect(await worknode(['hook'], trusting)).toEqual({ code: 0, stdout: '', stderr: '' })
  // Whoever is not trusted is told no token.
  expect(tokens).toEqual(['Bearer t'])
})

test('a name that the certificate is not for is told apart: to trust it would not help', async () => {
  const env = { WORKNODE_URL: url.replace('localhost', '127.0.0.1'), WORKNODE_TOKEN: 't', NODE_EXTRA_CA_CERTS: pem }
  const { code, stderr } = await worknode(['agents'], env)
  expect(code).toBe(1)
  expect(stderr).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID\. Call the host by a name that its certificate is for\. \(untrusted\)\n$/)
})

test('the bridge of MCP says to its client what to do', async () => {
  const ask = { WORKNODE_URL: url, WORKNODE_TOKEN: 't', input: '{"jsonrpc":"2.0","id":1,"method":"ping"}\n' }
  const child = spawn(process.execPath, [cli, 'mcp'], { cwd: folder, env: { ...process.env, ...ask } })
  child.stdin.write(ask.input)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.stdin.end()
  await once(child, 'close')
  expect(JSON.parse(line.toString())).toMatchObject({
    id: 1,
    error: { message: expect.stringContaining('NODE_EXTRA_CA_CERTS=') },
  })
  expect(tokens).toEqual([])
})

test.each([
  ['its own', certificate.cert, 0, ['Bearer secret']],
  ['somebody else’s', selfSigned().cert, 1, []],
])('the token of a folder goes to who has its host’s certificate: %s', async (_, cert, code, heard) => {
  const data = join(folder, `data-${code}`)
  mkdirSync(data)
  const { fingerprint256: fingerprint } = new X509Certificate(cert)
  writeFileSync(join(data, 'address.json'), JSON.stringify({ origin: url, fingerprint }))
  writeFileSync(join(data, 'owner.token'), 'secret\n')
  expect(await worknode(['agents', '--data', data], {})).toMatchObject({ code })
  expect(tokens).toEqual(heard)
})

test('the Python client says what to do, and trusts what it is told to', async ({ skip }) => {
  const python = findPython()
  if (python === undefined) return skip('there is no Python with requests here')
  const script =
    'from worknode import Client, WorknodeError\nimport sys\ntry:\n    print(Client(sys.argv[1], "t").query_tasks())\n'
  const program = `${script}except WorknodeError as error:\n    print(error)\n`
  const said = async (env: Readonly<Record<string, string>>): Promise<string> =>
    (await ran(python, ['-B', '-c', program, url], { PYTHONPATH: client, ...env })).stdout
  expect(await said({})).toMatch(/self.signed certificate.* REQUESTS_CA_BUNDLE=<file, PEM>\. \(untrusted\)\n$/)
  expect(tokens).toEqual([])
  expect(await said({ REQUESTS_CA_BUNDLE: pem })).toBe('[]\n')
})
