/** The Worker's half: answers requests to verify, each apart. */

import { type VerifyAnswer, type VerifyRequest, ID_BYTES, splitWires } from './verifier-messages.ts'
import { verifyEnvelope } from './verify.ts'

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

async function answer({ request, workspace, ...joined }: VerifyRequest): Promise<VerifyAnswer> {
  const envelopes = await Promise.all(splitWires(joined).map((wire) => verifyEnvelope(wire, workspace)))
  const ids = new Uint8Array(envelopes.length * ID_BYTES)
  const refused = envelopes.flatMap((envelope, index) => {
    if (!envelope.ok) return [{ index, reason: envelope.reason, detail: envelope.detail }]
    ids.set(envelope.value.id, index * ID_BYTES)
    return []
  })
  return { request, ids, refused }
}
