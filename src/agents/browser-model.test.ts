/** The browser's own model: asked for JSON, taken at its word, and nothing where there is none. */

import { expect, test } from 'vitest'
import { browserModel } from './browser-model.ts'
import type { ModelPart, ModelRequest } from './model.ts'

const REQUEST: ModelRequest = {
  system: 'Rules.',
  messages: [{ role: 'user', text: 'Go.' }],
  tools: [{ name: 'comment', description: 'Say it.', schema: {} }],
  maxOutputTokens: 100,
  about: { agent: 'a', role: '', task: null },
}

async function partsOf(answer: string, state = 'available'): Promise<ModelPart[]> {
  const LanguageModel = {
    availability: async () => state,
    create: async () => ({ prompt: async () => answer, destroy: () => undefined }),
  }
  const parts: ModelPart[] = []
  for await (const part of browserModel({ LanguageModel }).step(REQUEST, new AbortController().signal)) parts.push(part)
  return parts
}

test('words and calls of its JSON are the step', async () => {
  const said = JSON.stringify({ say: 'I comment.', calls: [{ tool: 'comment', input: { text: 'Hi' } }, 'nonsense'] })
  expect(await partsOf(said)).toMatchObject([
    { type: 'text', text: 'I comment.' },
    { type: 'call', call: { name: 'comment', input: { text: 'Hi' } } },
    { type: 'end', reason: 'calls' },
  ])
})

test('what is no JSON is a broken step; a browser without a model, or with one that is not loaded, needs a person', async () => {
  await expect(partsOf('Sure! Here it is')).rejects.toMatchObject({ kind: 'broken' })
  await expect(partsOf('{}', 'downloadable')).rejects.toMatchObject({ kind: 'auth' })
  expect(() => browserModel({})).toThrow('brings no model')
})
