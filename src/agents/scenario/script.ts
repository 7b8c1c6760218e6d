/**
 * Scripts as lists of moves. Which move is next is told from the conversation alone: as many as were made before. What people say
 * meanwhile, and work that was sent back, is answered first and counts for no move. A script knows its own tasks only, and says so.
 */

import { startOf } from '../../base/well-formed.ts'
import type { Message } from '../model.ts'
import type { Scene, Script, ScriptedStep } from '../scripted.ts'

export type Move = (scene: Scene) => ScriptedStep

/** How what is no move of the script begins. */
const ASIDE = 'Read: '

export interface Part {
  readonly moves: readonly Move[]
  /** What is done when the work comes back with these words, before it is handed in again. */
  readonly mend?: (words: string, scene: Scene) => NonNullable<ScriptedStep['calls']>
}

/** `parts`: by the title of the task. */
export function scriptOf(parts: ReadonlyMap<string, Part>): Script {
  return (scene) => {
    const part = parts.get(scene.task?.title ?? '')
    if (!part) return unknownTask()
    const fresh = scene.messages.slice(scene.messages.findLastIndex(({ role }) => role === 'assistant') + 1)
    const sentBack = wordsAfter(fresh, SENT_BACK)
    if (sentBack !== null) return resubmit(part, sentBack, scene)
    const news = wordsAfter(fresh, NEWS)
    if (news !== null)
      return {
        say: `${ASIDE}${quoted(news)}.`,
        calls: [{ name: 'comment', input: { text: `I have read ${quoted(news)}. I follow a script, and go on with it.` } }],
      }
    const move = part.moves[movesIn(scene.messages)]
    // All moves were made, and the last of them did not end the run: somebody has to look at why.
    return move ? move(scene) : { calls: [{ name: 'release', input: { note: 'The script is at its end.', failed: true } }] }
  }
}

/** The answers of the last step as data; null where the call was refused. */
export function answered(scene: Scene, name: string): unknown {
  const answer = scene.answers.find((one) => one.name === name && !one.failed)
  return answer ? untrusted(answer.output) : null
}

export function wasRefused(scene: Scene, name: string): boolean {
  return scene.answers.some((one) => one.name === name && one.failed)
}

/** All that people said to this run, in order: answers, comments, and what came with work that was sent back. */
export function saidByPeople(messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message): string[] => {
    if (message.role === 'user')
      return [wordsAfter([message], SENT_BACK), wordsAfter([message], NEWS)].filter((words) => words !== null)
    if (message.role !== 'tool') return []
    return message.answers.flatMap(({ name, failed, output }) => {
      const { answer } = name === 'ask' && !failed ? record(untrusted(output)) : {}
      return typeof answer === 'string' ? [answer] : []
    })
  })
}

function unknownTask(): ScriptedStep {
  return {
    say: 'This is not in my script.',
    calls: [
      {
        name: 'block',
        input: {
          reason:
            'I follow a script and know the tasks of the demo only. Give this one to an agent with a model, or to a person.',
        },
      },
    ],
  }
}

function resubmit({ mend }: Part, words: string, scene: Scene): ScriptedStep {
  return {
    say: `${ASIDE}sent back with ${quoted(words)}.`,
    calls: [
      ...(mend?.(words, scene) ?? []),
      {
        name: 'submit',
        input: {
          summary: `Gone over again after it was sent back with ${quoted(words)}. I follow a script: look at what I made of it.`,
          checks: ['Read what was missing'],
        },
      },
    ],
  }
}

/** Moves made before: steps that were no asides. */
function movesIn(messages: readonly Message[]): number {
  return messages.filter((message) => message.role === 'assistant' && !message.text.startsWith(ASIDE)).length
}

/** How these begin in what a run is told (`prompt.ts`). */
const SENT_BACK = 'What you handed in was sent back'
const NEWS = 'Said on your task meanwhile'

/** The words of people in the last of such a message; null where there is none. */
function wordsAfter(messages: readonly Message[], beginning: string): string | null {
  const found = messages.findLast((message) => message.role === 'user' && message.text.startsWith(beginning))
  if (found?.role !== 'user') return null
  const data = untrusted(found.text.slice(found.text.indexOf('\n') + 1))
  const said = Array.isArray(data) ? data.map((one) => record(one)['text']) : [record(data)['said']]
  return said.filter((text) => typeof text === 'string').join(' ')
}

function untrusted(json: string): unknown {
  try {
    const data: unknown = JSON.parse(json)
    return 'untrusted' in record(data) ? record(data)['untrusted'] : data
  } catch {
    // Words that are no data: a script makes nothing of them.
    return null
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

const QUOTED_CHARS = 200

function quoted(words: string): string {
  return `“${words.length > QUOTED_CHARS ? `${startOf(words, QUOTED_CHARS)} …` : words}”`
}
