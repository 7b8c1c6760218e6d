/**
 * The scripted driver: answers by a script in place of a model. Deterministic, free, offline; it thinks nothing, and says so
 * (`isScripted`, and its name) wherever its work is shown.
 *
 * A script is a pure function of who asks and of the conversation so far: the same scene gives the same step, so a run that is
 * begun anew goes the same way, and nothing is remembered between steps.
 */

import type { Message, Model, ModelPart, ModelRequest, StepAbout, ToolAnswer } from './model.ts'

export interface Scene extends StepAbout {
  readonly messages: readonly Message[]
  /** How many steps this run has made before: 0 for the first. */
  readonly turn: number
  /** The answers to the last step's calls, in their order. */
  readonly answers: readonly ToolAnswer[]
  /** Tools that are offered. */
  readonly tools: readonly string[]
}

export interface ScriptedStep {
  readonly say?: string
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[]
}

export type Script = (scene: Scene) => ScriptedStep

export function scriptedModel(name: string, script: Script): Model {
  return {
    name: `scripted: ${name}`,
    isScripted: true,
    price: null,
    async *step(request, signal): AsyncIterable<ModelPart> {
      const { say = '', calls = [] } = script(sceneOf(request))
      // One turn of the event loop, so that an abort between two steps is seen as it is with a real model.
      await new Promise((resolve) => setTimeout(resolve))
      signal.throwIfAborted()
      if (say !== '') yield { type: 'text', text: say }
      const turn = turnOf(request.messages)
      for (const [i, { name: tool, input }] of calls.entries())
        yield { type: 'call', call: { id: `step-${turn}-${i}`, name: tool, input } }
      yield { type: 'usage', usage: { inputTokens: 0, outputTokens: 0 } }
      yield { type: 'end', reason: calls.length > 0 ? 'calls' : 'words' }
    },
  }
}

function sceneOf({ about, messages, tools }: ModelRequest): Scene {
  const last = messages.findLast(({ role }) => role !== 'user')
  return {
    ...about,
    messages,
    turn: turnOf(messages),
    answers: last?.role === 'tool' ? last.answers : [],
    tools: tools.map(({ name }) => name),
  }
}

function turnOf(messages: readonly Message[]): number {
  return messages.filter(({ role }) => role === 'assistant').length
}
