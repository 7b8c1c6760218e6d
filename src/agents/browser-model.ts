/**
 * The driver over the browser's own model (`LanguageModel`, Chrome's Prompt API), where there is one. It has no tools: it is asked
 * to answer in JSON of a given shape, words and calls, and what it writes is taken for them.
 */

import { type Message, type Model, ModelError, type ModelRequest, type Tool } from './model.ts'

interface BrowserSession {
  prompt(text: string, options: { readonly signal: AbortSignal; readonly responseConstraint: object }): Promise<string>
  readonly inputUsage?: number
  destroy(): void
}

interface BrowserModels {
  availability(): Promise<string>
  create(options: {
    readonly initialPrompts: readonly { readonly role: string; readonly content: string }[]
    readonly signal: AbortSignal
  }): Promise<BrowserSession>
}

export function browserModel(global: object): Model {
  const models = (global as { readonly LanguageModel?: BrowserModels }).LanguageModel
  if (!models) throw new ModelError('auth', 'This browser brings no model along that an agent may use.')
  return {
    name: 'the browser’s own model',
    isScripted: false,
    price: null,
    async *step(request, signal) {
      const said = await ask(models, request, signal)
      const { say, calls } = answerOf(said)
      if (say !== '') yield { type: 'text', text: say }
      for (const [i, { tool, input }] of calls.entries())
        yield { type: 'call', call: { id: `call-${request.messages.length}-${i}`, name: tool, input } }
      yield { type: 'end', reason: calls.length > 0 ? 'calls' : 'words' }
    },
  }
}

async function ask(models: BrowserModels, { system, messages, tools }: ModelRequest, signal: AbortSignal): Promise<string> {
  if ((await models.availability()) !== 'available')
    throw new ModelError('auth', 'The browser’s model is not on this device yet: load it in the browser first.')
  try {
    const session = await models.create({
      initialPrompts: [{ role: 'system', content: `${system}\n\n${toolWords(tools)}` }],
      signal,
    })
    try {
      return await session.prompt(messages.map(wordsOf).join('\n\n'), { signal, responseConstraint: SHAPE })
    } finally {
      session.destroy()
    }
  } catch (error) {
    signal.throwIfAborted()
    throw new ModelError('broken', 'The browser’s model gave no answer.', { cause: error })
  }
}

const SHAPE = {
  type: 'object',
  properties: {
    say: { type: 'string' },
    calls: {
      type: 'array',
      items: { type: 'object', properties: { tool: { type: 'string' }, input: { type: 'object' } }, required: ['tool', 'input'] },
    },
  },
  required: ['say', 'calls'],
}

function answerOf(said: string): { readonly say: string; readonly calls: readonly { tool: string; input: unknown }[] } {
  try {
    const { say = '', calls = [] } = JSON.parse(said) as { say?: unknown; calls?: unknown }
    return {
      say: typeof say === 'string' ? say : '',
      calls: (Array.isArray(calls) ? calls : []).flatMap((call: { tool?: unknown; input?: unknown }) =>
        typeof call.tool === 'string' ? [{ tool: call.tool, input: call.input }] : [],
      ),
    }
  } catch (error) {
    throw new ModelError('broken', 'What the browser’s model said is no JSON.', { cause: error })
  }
}

function toolWords(tools: readonly Tool[]): string {
  const lines = tools.map(({ name, description, schema }) => `- ${name}: ${description} Input: ${JSON.stringify(schema)}`)
  return `Answer as JSON: {"say": words, "calls": [{"tool": name, "input": {…}}]}. Your tools:\n${lines.join('\n')}`
}

function wordsOf(message: Message): string {
  switch (message.role) {
    case 'user':
      return message.text
    case 'assistant':
      return `You said: ${JSON.stringify({ say: message.text, calls: message.calls.map(({ name, input }) => ({ tool: name, input })) })}`
    case 'tool':
      return `Answers of the tools: ${JSON.stringify(message.answers.map(({ name, output, failed }) => ({ tool: name, output, failed })))}`
  }
}
