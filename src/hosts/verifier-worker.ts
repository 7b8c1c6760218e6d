/** The Worker that verifies what peers send. Started by the tab (`open-workspace.ts`). */

import { serveVerifier } from '../log/serve-verifier.ts'

serveVerifier(self)
