/** Told the signatures once; then answers each word with how long all of them took. */

import { type RawSignature, rawVerifier } from '../raw-verify.ts'

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<readonly RawSignature[] | 'run'>) => void) | null
  postMessage(ms: number): void
}
let run: (() => Promise<number>) | undefined

scope.onmessage = ({ data }) => {
  void (async () => {
    if (data === 'run') return scope.postMessage((await run?.()) ?? 0)
    run = await rawVerifier(data)
    scope.postMessage(0)
  })()
}
