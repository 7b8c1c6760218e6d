/** `npm run demo` as it is built: it needs no key and no network, says what happens, and ends with a board that is served. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../../../build/host/cli.js', import.meta.url))
let running: ChildProcess | null = null
afterEach(() => running?.kill('SIGKILL'))

test('the demo builds an app by itself and ends with the address of its board', async () => {
  const child = spawn(process.execPath, [cli, 'demo', '--pace', '0', '--port', '0', '--answer', 'Plum'], {
    env: { PATH: process.env.PATH },
  })
  running = child
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.startsWith('The board: ')) break
  }
  const told = lines.join('\n')
  expect(told).toContain('follow a script')
  expect(told).toContain('was refused: write_document src/ui/helpers.js')
  expect(told).toContain('you      answer: Plum')
  expect(told).toContain('hands in: 11 of 11 tests passed')
  expect(lines.filter((line) => line.startsWith('you      accept'))).toHaveLength(6)
  const address = lines.at(-1)?.slice('The board: '.length) ?? ''
  expect((await fetch(address)).ok).toBe(true)
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  expect((await gone)[0]).toBe(0)
}, 30_000)
