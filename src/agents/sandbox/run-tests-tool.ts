/**
 * The tool by which an agent runs tests: those among the documents of its project, in a sandbox of this device. What came out goes
 * back as words, to be handed in as evidence. Tests are offered to whoever may write files; they change nothing.
 */

import * as z from 'zod/mini'
import { ok, refuse, type Result } from '../../base/result.ts'
import type { NodeId } from '../../core/ids.ts'
import { isDeleted } from '../../core/readiness.ts'
import type { Replica } from '../../replica/replica.ts'
import { textOf } from '../../replica/text.ts'
import type { AgentPort } from '../agent-port.ts'
import type { Tool } from '../model.ts'
import { hasPassed, linesOf, suiteOf, summaryOf, type TestRunner } from './test-run.ts'

const NAME = 'run_tests'
const input = z.object({ under: z._default(z.string().check(z.maxLength(1024)), 'tests/') })

const TOOL: Tool = {
  name: NAME,
  description:
    'Run the test files (*.test.js) whose paths begin with `under`, in a sandbox without network. They import what they test by relative paths, and call test(title, run), assert(condition, words), assert.equal(actual, expected) and assert.throws(run).',
  schema: { type: 'object', properties: { under: { type: 'string', default: 'tests/' } }, additionalProperties: false },
}

/** The port with this tool added. `replica` acts under the agent's key. */
export function withTests(port: AgentPort, replica: Replica, runTests: TestRunner, signal: AbortSignal): AgentPort {
  return {
    ...port,
    async self() {
      const self = await port.self()
      return self.tools.some(({ name }) => name === 'write_document') ? { ...self, tools: [...self.tools, TOOL] } : self
    },
    use: (run, tool, given) => (tool === NAME ? testsOf(replica, run, given, runTests, signal) : port.use(run, tool, given)),
  }
}

async function testsOf(
  replica: Replica,
  run: NodeId,
  given: unknown,
  runTests: TestRunner,
  signal: AbortSignal,
): Promise<Result<string>> {
  const node = replica.nodes.get(run)
  if (node?.type !== 'run' || node.creator !== replica.actor)
    return refuse({ code: 'not_found', detail: 'This is no run of yours.' })
  const parsed = input.safeParse(given)
  if (!parsed.success) return refuse({ code: 'invalid', detail: z.prettifyError(parsed.error) })
  const { under } = parsed.data
  const contents = documentsIn(replica, node.project)
  const entries = [...contents.keys()].filter((path) => path.startsWith(under) && /\.test\.m?js$/.test(path)).toSorted()
  if (entries.length === 0) return refuse({ code: 'not_found', detail: `There is no *.test.js under ${under || 'the root'}.` })
  const suite = suiteOf(entries, (path) => contents.get(path)?.() ?? null)
  if (!suite.ok) return suite
  const report = await runTests(suite.value, signal)
  return ok(JSON.stringify({ passed: hasPassed(report), summary: summaryOf(report), lines: linesOf(report) }))
}

/** By path; a text is put together when it is asked for. */
function documentsIn(replica: Replica, project: NodeId | null): ReadonlyMap<string, () => string> {
  const found = new Map<string, () => string>()
  for (const id of replica.views.documents.all) {
    const document = replica.nodes.get(id)
    if (document?.path && document.project === project && !isDeleted(document) && !found.has(document.path))
      found.set(document.path, () => textOf(document, 'content', replica.history))
  }
  return found
}
