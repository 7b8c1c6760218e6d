/** The Worker's half: answers requests to verify, each apart. */

import { type VerifyAnswer, type VerifyRequest, ID_BYTES, splitWires } from './verifier-messages.ts'
import { inlineVerifier } from './verify.ts'

/** A Worker's global scope, or one end of a channel. */
export interface VerifierScope {
  onmessage: ((event: MessageEvent<VerifyRequest>) => void) | null
  postMessage(answer: VerifyAnswer): void
}

export function serveVerifier(scope: VerifierScope): void {
  scope.onmessage = ({ data }) => {
    answer(data).then(
      (said) => scope.postMessage(said),
      (error: unknown) => scope.postMessage({ request: data.request, failed: String(error) }),
    )
  }
}

async function answer(request: VerifyRequest): Promise<VerifyAnswer> {
  const verdicts = await inlineVerifier(request.workspace).verify(splitWires(request))
  const ids = new Uint8Array(verdicts.length * ID_BYTES)
  const refused = verdicts.flatMap((verdict, index) => {
    if (!verdict.ok) return [{ index, reason: verdict.reason, detail: verdict.detail }]
    ids.set(verdict.batch.id, index * ID_BYTES)
    return []
  })
  return { request: request.request, ids, refused }
}
