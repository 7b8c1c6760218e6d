/** The Worker that verifies what peers send. Started by the tab: `new Worker(new URL('./verifier-worker.ts', import.meta.url), { type: 'module' })`. */

import { serveVerifier } from '../log/serve-verifier.ts'

serveVerifier(self)
