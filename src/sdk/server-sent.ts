/**
 * Reads a stream of server-sent events (`text/event-stream`), as the HTML standard says: lines end by CR, LF or both, a blank line
 * ends an event, a line that begins with a colon is a comment, which only says that somebody is there.
 */

export interface ServerSent {
  readonly id: string
  readonly type: string
  readonly data: string
}

/**
 * `onSign` is called for all that comes, comments too: the link lives; and with an id where that came without data, which moves the
 * place to resume from. An event that has not ended is dropped at the end, which an aborted signal brings at once.
 */
export async function* serverSent(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onSign: (place: string | null) => void,
): AsyncGenerator<ServerSent> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  // Of a stream that broke there is nothing left to free.
  const stop = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  let [rest, id, type] = ['', '', '']
  let data: string[] = []
  let moved = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onSign(null)
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { id, type: type || 'message', data: data.join('\n') }
          else if (moved) onSign(id)
          moved = false
          type = ''
          data = []
          continue
        }
        const [field, text] = fieldOf(line)
        if (field === 'data') data.push(text)
        else if (field === 'event') type = text
        else if (field === 'id' && !text.includes('\0')) {
          id = text
          moved = true
        }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

function fieldOf(line: string): readonly [field: string, text: string] {
  const colon = line.indexOf(':')
  if (colon < 0) return [line, '']
  const text = line.slice(colon + 1)
  return [line.slice(0, colon), text.startsWith(' ') ? text.slice(1) : text]
}
