/**
 * Why there was no answer. A certificate that is not trusted is told apart from a host that is away: waiting does not mend it, a guard
 * must not take it for absence, and there is something to do about it.
 */

import { WorknodeError } from './error.ts'

const OWN_AUTHORITY =
  'If it is the right one, name it, or the authority that signed it, before the program starts: NODE_EXTRA_CA_CERTS=<file, PEM>.'

/** By the code that Node gives the fault. */
const REMEDIES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: OWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: OWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: OWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OWN_AUTHORITY,
  ERR_TLS_CERT_ALTNAME_INVALID: 'Call the host by a name that its certificate is for.',
  CERT_HAS_EXPIRED: 'Give the host a new one.',
  CERT_NOT_YET_VALID: 'Look at the clocks of both machines.',
}

/** `cause`: what `fetch` rejected with. Browsers do not say why; there it is always absence. */
export function notReached(base: string, cause: unknown): WorknodeError {
  const code = codeOf(cause) ?? codeOf((cause as { readonly cause?: unknown } | null)?.cause)
  const hint = code === undefined ? undefined : REMEDIES[code]
  if (hint === undefined) return new WorknodeError('unavailable', `${base} cannot be reached.`, { cause })
  return new WorknodeError('untrusted', `The certificate of ${base} is not trusted here: ${code}.`, { hint, cause })
}

function codeOf(error: unknown): string | undefined {
  const { code } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : undefined
}
