/**
 * Waiting for the answer to a question. Bounded: whoever asks waits some minutes at most, and then goes on with the id of it.
 */

import { read } from '../core/fold.ts'
import type { NodeId } from '../core/ids.ts'
import type { Replica } from '../replica/replica.ts'
import { type Answer, says } from './mcp-answer.ts'
import { signed } from './mcp-words.ts'

/** Whether the caller wants to wait for the answer. */
export function isWaiting(tool: string, input: unknown): boolean {
  return tool === 'worknode_ask' && (input as { readonly wait?: unknown } | null)?.wait === true
}

export function notYet(question: NodeId): Answer {
  return says(
    `Question ${question} waits for an answer. Go on with what does not hang on it; worknode_show has the answer later.`,
    {
      question,
    },
  )
}

/** The answer as it is here; null while nobody has given one. */
export function answerTo(replica: Replica, question: NodeId): Answer | null {
  const node = replica.nodes.get(question)
  const answer = node && (read(node, 'answer') as { readonly text?: unknown } | null | undefined)
  if (!node || typeof answer?.text !== 'string') return null
  const by = replica.history.feedOf(Math.floor(node.updated / 256)).slice(0, replica.actor.length)
  return says(`Question ${question} is answered.`, { question }, [
    signed(replica, `answer to ${question}`, by, answer.text, answer.text),
  ])
}

/** As soon as there is an answer; null after `ms`, or when the caller has gone. */
export function untilAnswered(replica: Replica, question: NodeId, ms: number, signal?: AbortSignal): Promise<Answer | null> {
  return new Promise((resolve) => {
    const look = (): void => {
      const answer = answerTo(replica, question)
      if (answer) settle(answer)
    }
    const giveUp = (): void => settle(null)
    const settle = (answer: Answer | null): void => {
      clearTimeout(timer)
      stop()
      signal?.removeEventListener('abort', giveUp)
      resolve(answer)
    }
    const timer = setTimeout(giveUp, ms)
    const stop = replica.views.onChanged((touched) => touched.has(question) && look())
    signal?.addEventListener('abort', giveUp, { once: true })
    if (signal?.aborted) giveUp()
    else look()
  })
}
