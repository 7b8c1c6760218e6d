/** Waits for what people answer to a question, however long that takes: it is told by an event about the comment that asks. */

import type { Door } from './door.ts'

export async function answerTo(
  door: Door,
  task: string,
  question: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  // From the task's beginning, so that an answer that was quicker than we are is heard as well.
  for await (const { target, data, valid } of door.events(null, { task, type: 'comment' }, signal)) {
    const { field, value } = data as { readonly field?: unknown; readonly value?: { readonly text?: unknown } | null }
    if (target === question && valid && field === 'answer' && typeof value?.text === 'string') return value.text
  }
  signal.throwIfAborted()
  throw new Error('The stream of events ended before the answer came.')
}
