/**
 * What the documents show is run. Shell blocks are run by one test for all pages; of other languages, each page has a test that reads
 * it. A block that is neither, and does not say why, is a promise that nobody checks.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fencesIn, missingAnswer, statementsIn } from './fences.fixture.ts'

const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'AGENTS.md', 'clients/python/README.md'],
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
const SHELL = 'src/rules/docs-shell.dist.test.ts'

/** Page and language → the test that takes its blocks from there. */
const RUN_BY: Readonly<Record<string, string>> = {
  'README.md python': SHELL,
  'clients/python/README.md python': 'clients/python/host_tests/test_host.py',
  'docs/agents.md ts': 'src/rules/docs.test.ts',
  'docs/api.md http': 'src/hosts/api-docs.test.ts',
  'docs/api.md python': 'src/hosts/api-docs.test.ts',
  'docs/api.md ts': 'src/hosts/openapi-client.test.ts',
  'docs/claude-code.md json': SHELL,
  'docs/javascript.md ts': 'src/rules/docs.test.ts',
  'docs/mcp.md json http': SHELL,
  'docs/mcp.md json stdio': SHELL,
  'docs/mcp.md json calls': 'src/api/mcp-docs.test.ts',
  'docs/python.md python': 'clients/python/host_tests/test_host.py',
  'docs/webmcp.md js': 'e2e/web-mcp.spec.ts',
}

const blocks = PAGES.flatMap((page) =>
  fencesIn(readFileSync(page, 'utf8'))
    // Drawings have no language.
    .filter(({ language, notRun }) => language !== '' && notRun === null)
    .map(({ language, line }) => [page, line, language] as const),
)

test.each(blocks)('%s:%i (%s) is run by a test that reads the page', (page, _, language) => {
  const runner = language === 'sh' ? SHELL : RUN_BY[`${page} ${language}`]
  expect(runner, `which test runs the blocks of ${page} in ${language}?`).toBeDefined()
  expect(readFileSync(runner as string, 'utf8')).toContain(page)
})

test('no page and language is listed that is not there', () => {
  const there = new Set(blocks.map(([page, , language]) => `${page} ${language}`))
  expect(Object.keys(RUN_BY).filter((one) => !there.has(one))).toEqual([])
})

test('what stands above a block says what becomes of it, and a mark that nobody knows is no mark', () => {
  const page = (mark: string): string => `text\n\n${mark}\n\`\`\`sh\nnpm ci\nnpx worknode tasks # all\n\`\`\`\n`
  expect(fencesIn(page('<!-- not run: it installs -->'))).toMatchObject([{ language: 'sh', line: 4, notRun: 'it installs' }])
  const [some] = fencesIn(page('<!-- not run (npm ci): it installs -->'))
  expect(some).toMatchObject({ notRun: null })
  expect(statementsIn(some!)).toEqual([{ command: 'npx worknode tasks # all', answers: [] }])
  expect(fencesIn(page('<!-- file: a/b -->\n<!-- another folder -->'))).toMatchObject([{ file: 'a/b', isElsewhere: true }])
  for (const mark of ['<!-- not run -->', '<!-- not run: -->', '<!-- skip: x -->'])
    expect(() => fencesIn(page(mark)), mark).toThrow('a mark that is known')
})

test('answers are whole lines in their order, and an ellipsis is anything on its line', () => {
  const [fence] = fencesIn('```sh\na \\\n  --b\n# → one …\n# → three\n# words\n\nc\n```')
  expect(statementsIn(fence!)).toEqual([
    { command: 'a \\\n  --b', answers: ['one …', 'three'] },
    { command: 'c', answers: [] },
  ])
  expect(missingAnswer('one (1)\ntwo\nthree\n', ['one …', 'three'])).toBeNull()
  expect(missingAnswer('one (1)\ntwo\nthree, too\n', ['one …', 'three'])).toBe('three')
  expect(missingAnswer('three\none (1)\n', ['one …', 'three'])).toBe('three')
})
