/**
 * WebMCP: the page is the tool provider, and an agent in the browser works on the board that its person sees, with that person's rights.
 *
 * The same table as MCP's. Tools belong to the page and not to an agent, so they are there while a workspace is open and go with it;
 * which ones are there follows the rights. Whatever a tool answers may hold what others wrote, and says so.
 */

import { ok } from '../base/result.ts'
import type { NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { Context } from '../operations/operation.ts'
import { resultOf, type ToolResult } from './mcp-answer.ts'
import { isWaiting, notYet, untilAnswered } from './mcp-ask.ts'
import { formatOf, schemaOf, type Tool, TOOLS } from './mcp-tools.ts'

/** `document.modelContext`, as far as it is used. */
export interface ModelContext {
  registerTool(tool: WebTool, options: { readonly signal: AbortSignal }): Promise<void> | void
}

interface WebTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: Readonly<Record<string, unknown>>
  readonly annotations: { readonly readOnlyHint: boolean; readonly untrustedContentHint: boolean }
  readonly execute: (input: unknown) => Promise<ToolResult>
}

/** The tools are there until `signal` is aborted. */
export function offerTools(model: ModelContext, context: Context, signal: AbortSignal): void {
  const { replica } = context
  const offered = new Map<string, AbortController>()
  const stop = replica.onAuthority(offer)
  signal.addEventListener('abort', () => {
    stop()
    for (const tool of offered.values()) tool.abort()
  })
  offer()

  function offer(): void {
    for (const tool of TOOLS) {
      const there = offered.get(tool.name)
      const isShown = tool.shownTo(replica)
      if (isShown && !there) {
        const own = new AbortController()
        offered.set(tool.name, own)
        void model.registerTool(webTool(tool, context, own.signal), { signal: own.signal })
      } else if (!isShown && there) {
        offered.delete(tool.name)
        there.abort()
      }
    }
  }
}

function webTool(tool: Tool, context: Context, signal: AbortSignal): WebTool {
  const { name, title, description, reads } = tool
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(tool),
    annotations: { readOnlyHint: reads, untrustedContentHint: true },
    async execute(input) {
      const { random } = context.replica
      const result = await tool.run({ ...context, signal }, input)
      if (!result.ok || !isWaiting(name, input)) return resultOf(result, formatOf(input), random)
      const question = result.value.data['question'] as NodeId
      const answer = await untilAnswered(context.replica, question, LOCAL.askWaitMs * LOCAL.askRounds, signal)
      return resultOf(ok(answer ?? notYet(question)), formatOf(input), random)
    },
  }
}
