/** The examples of `docs/api.md` are run, in their order, against the door. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { testDoor } from '../api/door.fixture.ts'
import { PROBLEMS } from '../api/problem.ts'

const docs = readFileSync(fileURLToPath(new URL('../../docs/api.md', import.meta.url)), 'utf8')
const fences = (language: string): string[] =>
  [...docs.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text as string)

interface Example {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly status: number
  readonly answer: unknown
  readonly link: string | undefined
}

function exampleOf(text: string): Example {
  const lines = text.trim().split('\n')
  const [, method = '', path = ''] = /^([A-Z]+) (\/\S+)$/.exec(lines.shift() ?? '') ?? []
  const headers: Record<string, string> = { Authorization: 'Bearer owner' }
  for (let at = /^([A-Z][\w-]+): (.*)$/.exec(lines[0] ?? ''); at; at = /^([A-Z][\w-]+): (.*)$/.exec(lines[0] ?? '')) {
    headers[at[1] as string] = at[2] as string
    lines.shift()
  }
  const body = lines[0]?.startsWith('{') ? lines.shift() : undefined
  const [, status = '0', answer = 'null'] = /^→ (\d+) (.*)$/.exec(lines.shift() ?? '') ?? []
  return { method, path, headers, body, status: Number(status), answer: JSON.parse(answer), link: lines[0] }
}

/** In the document `…` stands for anything. */
function pattern(value: unknown): unknown {
  if (typeof value === 'string') return value.endsWith('…') ? expect.stringContaining(value.slice(0, -1)) : value
  if (Array.isArray(value)) return value.map(pattern)
  if (typeof value !== 'object' || value === null) return value
  return expect.objectContaining(Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pattern(one)])))
}

test('every example of the document answers what it says', async () => {
  const { app } = await testDoor()
  const names = new Map<string, string>()
  const filled = (text: string): string =>
    text.replaceAll(/\$(id|next|etag|seen)\b/g, (_, name: string) => names.get(name) ?? '?')
  const python = fences('python').flatMap((text) => text.trim().split('\n'))
  let ran = 0
  for (const [i, fence] of fences('http').entries()) {
    for (const text of fence.split(/\n\n/)) {
      const { method, path, headers, body, status, answer, link } = exampleOf(filled(text))
      const request = new Request(`http://localhost${path}`, { method, headers, ...(body !== undefined && { body }) })
      const response = await app.request(request)
      const said = (await response.json()) as { readonly id?: string; readonly next?: string; readonly seen?: string }
      expect(response.status, `${text}\n${JSON.stringify(said)}`).toBe(status)
      expect(said, text).toEqual(pattern(answer))
      if (link) expect(`Link: ${response.headers.get('Link')}`).toContain(link.slice(0, link.indexOf('…')))
      if (said.id) names.set('id', said.id)
      if (said.next) names.set('next', said.next)
      if (said.seen && method === 'GET') names.set('seen', said.seen)
      names.set('etag', response.headers.get('ETag') ?? '')
      ran++
    }
    // Where the document shows Python, after the tasks were made.
    for (const line of i === 1 ? python : []) {
      const [, method = '', path = '', json] =
        /^requests\.(\w+)\("http:\/\/localhost:8080([^"]+)"(?:, json=(\{.*\}))?\)/.exec(line) ?? []
      const agent = path.includes('/agents/')
      const hlc = '2026-01-01T00:00:00.000Z-0000'
      const address = path.replace('<hlc>', hlc).replace('<id>', agent ? 'me' : 'WN-2')
      const response = await app.request(address, {
        method: method.toUpperCase(),
        headers: { Authorization: `Bearer ${agent ? 'agent' : 'owner'}` },
        ...(json !== undefined && { body: json }),
      })
      expect(response.ok, line).toBe(true)
    }
  }
  expect(ran).toBeGreaterThan(20)
})

test('the table of problems is complete', () => {
  for (const code of Object.keys(PROBLEMS)) expect(docs).toContain(`\`${code}\``)
})
