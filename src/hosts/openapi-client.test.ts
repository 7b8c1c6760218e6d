/**
 * A client that is generated from the document compiles: types by `openapi-typescript`, and the program of `docs/api.md` with them.
 *
 * The generator needs an older TypeScript than ours, so it lives in a folder of its own (`e2e/openapi-client`, with its lock), which is
 * installed once into the cache of our packages.
 */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { openApi } from '../api/openapi.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const node = (script: string, ...args: readonly string[]): Promise<unknown> =>
  promisify(execFile)(process.execPath, [script, ...args], { cwd: folder })
const lock = readFileSync(join(root, 'e2e/openapi-client/package-lock.json'))
const folder = join(root, 'node_modules/.cache/openapi-client', createHash('sha256').update(lock).digest('hex').slice(0, 16))

async function install(): Promise<void> {
  if (existsSync(join(folder, 'installed'))) return
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, 'e2e/openapi-client', name), join(folder, name))
  // As a shell finds it, on Windows too.
  await promisify(execFile)('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    shell: true,
  })
  writeFileSync(join(folder, 'installed'), '')
}

async function compiled(program: string): Promise<string | null> {
  writeFileSync(join(folder, 'client.ts'), program)
  try {
    await node('node_modules/typescript/bin/tsc', '-p', '.')
    return null
  } catch (error) {
    return (error as { readonly stdout?: string }).stdout ?? String(error)
  }
}

test(
  'the client of the docs compiles against the document, and one that asks for what is not there does not',
  { timeout: 180_000 },
  async () => {
    await install()
    writeFileSync(join(folder, 'worknode.json'), JSON.stringify(openApi('1.0.0')))
    await node('node_modules/openapi-typescript/bin/cli.js', 'worknode.json', '-o', 'worknode.ts')
    const options = {
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2023',
      lib: ['es2023', 'dom'],
      strict: true,
      noEmit: true,
    }
    const compilerOptions = {
      ...options,
      noUncheckedIndexedAccess: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      types: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['client.ts', 'process.d.ts'] }))
    writeFileSync(join(folder, 'process.d.ts'), 'declare const process: { env: Record<string, string | undefined> }\n')
    const docs = readFileSync(join(root, 'docs/api.md'), 'utf8')
    const program = /```ts\n([\s\S]*?)```/.exec(docs)?.[1] ?? ''
    expect(program).toContain('openapi-fetch')
    expect(await compiled(program)).toBe(null)
    expect(await compiled(program.replaceAll('task.id', 'task.nothing'))).toContain("'nothing' does not exist")
    expect(await compiled(program.replace("labels: ['backend']", "labels: 'backend'"))).toContain('is not assignable')
  },
)
