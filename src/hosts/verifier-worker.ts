/** The Worker that verifies what peers send. Started by the tab: `new Worker(new URL('./verifier-worker.ts', import.meta.url), { type: 'module' })`. */

import { serveVerifier, type VerifierScope } from '../log/serve-verifier.ts'

// The DOM's types know `self` as a window; here it is a Worker's scope, whose `postMessage` takes a message alone.
serveVerifier(self as unknown as VerifierScope)
