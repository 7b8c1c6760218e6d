/** The threat table names its tests: each of them has to be there, or the table promises what nobody checks. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const table = readFileSync('docs/threats.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| attacker'))
const sources = ['src', 'e2e'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:test|contract|spec)\.ts$/.test(file) && !file.includes('rules/threats'))
    .map((file) => readFileSync(join(folder, file), 'utf8')),
)

test.each(table)('%s', (row) => {
  const proved = row.split(' | ').at(-1) as string
  const named = [...proved.matchAll(/"([^"]+)"/g)].map(([, name]) => name as string)
  const files = [...proved.matchAll(/`([^`]+)`/g)].map(([, file]) => file as string)
  expect(named.length + files.length).toBeGreaterThan(0)
  expect(named.filter((name) => !sources.some((source) => source.includes(name)))).toEqual([])
  expect(files.filter((file) => !existsSync(file))).toEqual([])
})
