import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ServerSent, serverSent } from './server-sent.ts'

const NEVER = new AbortController().signal

async function read(...chunks: readonly string[]): Promise<{ events: ServerSent[]; signs: number }> {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk))
  let signs = 0
  const events: ServerSent[] = []
  for await (const event of serverSent(new Blob(bytes).stream(), NEVER, () => signs++)) events.push(event)
  return { events, signs }
}

test.each([
  ['id: 1\ndata: a\n\n', [{ id: '1', type: 'message', data: 'a' }]],
  ['event: x\ndata:a\ndata: b\n\n', [{ id: '', type: 'x', data: 'a\nb' }]],
  [
    'id: 7\rdata: a\r\rdata: b\r\r\n',
    [
      { id: '7', type: 'message', data: 'a' },
      { id: '7', type: 'message', data: 'b' },
    ],
  ],
  [': still here\n\nevent: only a name\n\nretry: 5\n\n', []],
  ['data: never ended\n', []],
  ['data\n\n', [{ id: '', type: 'message', data: '' }]],
])('%j', async (text, events) => {
  expect((await read(text)).events).toEqual(events)
})

test('where the bytes are cut makes no difference, within a letter and within a line end neither', async () => {
  const text = 'id: 1\r\ndata: é€😀\r\n\r\n:c\r\ndata: z\r\n\r\n'
  const bytes = new TextEncoder().encode(text)
  const { events } = await read(text)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
      const parts = at.slice(1).map((end, index) => bytes.slice(at[index], end))
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const part of parts) controller.enqueue(part)
          controller.close()
        },
      })
      const found: ServerSent[] = []
      for await (const event of serverSent(body, NEVER, () => {})) found.push(event)
      expect(found).toEqual(events)
    }),
  )
})
