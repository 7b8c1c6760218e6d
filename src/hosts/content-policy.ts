/**
 * What pages of ours may load, run and reach: one policy for the app, one for the stage of previews (`public/preview.html`), one for
 * the sandbox of tests (`public/sandbox.html`).
 *
 * The app runs its own scripts only, and turns text into HTML or a script's address nowhere but in `ui/trusted.ts`. Its frames are
 * its own pages only, also where an artefact in one tries to go elsewhere. A static host sends no headers: there the built pages
 * say the same in a `meta` (without what a `meta` may not say), which a Worker does not go by.
 */

type Policy = Readonly<Record<string, readonly string[]>>

const APP: Policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'worker-src': ["'self'"],
  // The text editor puts its style sheet into the page as it starts.
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'manifest-src': ["'self'"],
  // Signalling servers are a setting: any may be named.
  'connect-src': ["'self'", 'ws:', 'wss:'],
  // The stage of previews, which has a policy of its own.
  'frame-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['worknode'],
}

const PREVIEW: Policy = {
  'default-src': ["'none'"],
  'script-src': ["'unsafe-inline'", 'data:'],
  'style-src': ["'unsafe-inline'", 'data:'],
  'img-src': ['data:'],
  'font-src': ['data:'],
  'media-src': ['data:'],
  'connect-src': ["'none'"],
  'frame-src': ["'none'"],
  'worker-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ['default'],
}

/** The sandbox in which tests of agents run, in a Worker of its own. */
const SANDBOX: Policy = {
  'default-src': ["'none'"],
  'script-src': ["'unsafe-inline'", 'blob:'],
  'worker-src': ['blob:'],
  'connect-src': ["'none'"],
  'frame-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
}

/** The Worker of an agent, which asks the model that the person chose: any server may be. The page itself reaches none of them. */
const AGENT: Policy = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'connect-src': ["'self'", 'https:', 'http:'],
}

const WALLED: Readonly<Record<string, Policy>> = { 'preview.html': PREVIEW, 'sandbox.html': SANDBOX }

/** For a `meta` in the page. */
export const APP_META = written(APP)
export const PREVIEW_META = written(PREVIEW)
export const SANDBOX_META = written(SANDBOX)

/** What an answer says beside its content. */
export function policyHeaders(path: string): Readonly<Record<string, string>> {
  const file = path.slice(path.lastIndexOf('/') + 1)
  // As the bundler names it.
  if (/^agent-worker\b[\w-]*\.js$/.test(file)) return { 'Content-Security-Policy': written(AGENT) }
  const walled = WALLED[file]
  if (!walled) return { 'Content-Security-Policy': written({ ...APP, 'frame-ancestors': ["'none'"] }) }
  return {
    'Content-Security-Policy': written({ ...walled, sandbox: ['allow-scripts'], 'frame-ancestors': ["'self'"] }),
    // Where the frame is led elsewhere, the browser opens a connection there before it asks the app's policy, and is told no.
    // A browser that knows this header opens none.
    'Connection-Allowlist': '()',
  }
}

function written(policy: Policy): string {
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ')
}
