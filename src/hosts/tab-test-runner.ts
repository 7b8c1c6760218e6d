/**
 * The sandbox for tests in a tab: a frame with an origin of its own (`public/sandbox.html`), and in it a Worker that inherits the
 * frame's policy. A frame a run; it goes when the run ends, is aborted, or says nothing for longer than it may.
 */

import harness from '../agents/sandbox/harness.js?raw'
import { reportOf, type TestModule, type TestReport, type TestRunner, type TestSuite } from '../agents/sandbox/test-run.ts'
import { LOCAL } from '../core/limits.ts'
import { rewriteImports } from '../core/module-links.ts'

/** For the frame to come up and for what it says to arrive. */
const GRACE_MS = 3000
/** The frame hands on no more: what is longer is cut before this page has it. */
const MOST = { results: LOCAL.testsPerRun, chars: LOCAL.testWordChars }

export function createTabTestRunner({
  page = 'sandbox.html',
  ms = LOCAL.testRunMs,
}: { page?: string; ms?: number } = {}): TestRunner {
  return (suite, signal) =>
    new Promise<TestReport>((resolve, reject) => {
      signal.throwIfAborted()
      const frame = document.createElement('iframe')
      const { port1, port2 } = new MessageChannel()
      const end = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
        port1.close()
        frame.remove()
      }
      const abort = (): void => {
        end()
        reject(signal.reason as Error)
      }
      const timer = setTimeout(() => {
        end()
        resolve({ results: [], fault: `The sandbox said nothing for ${(ms + GRACE_MS) / 1000} seconds.` })
      }, ms + GRACE_MS)
      signal.addEventListener('abort', abort, { once: true })
      port1.addEventListener('message', ({ data }: MessageEvent) => {
        end()
        resolve(reportOf(data))
      })
      port1.start()
      frame.hidden = true
      frame.title = 'Sandbox of tests'
      frame.setAttribute('sandbox', 'allow-scripts')
      frame.referrerPolicy = 'no-referrer'
      frame.src = page
      // The frame's origin has no name that could be addressed; what is sent is the suite, once, before anything strange runs there.
      frame.addEventListener(
        'load',
        () => frame.contentWindow?.postMessage({ harness, ms, most: MOST, ...inPieces(suite) }, '*', [port2]),
        { once: true },
      )
      document.body.append(frame)
    })
}

/** Modules as text with gaps where the address of another one goes: the frame makes the addresses. */
function inPieces({ modules, entries }: TestSuite): {
  readonly modules: readonly unknown[]
  readonly entries: readonly string[]
} {
  return { modules: modules.map((module) => ({ path: module.path, pieces: piecesOf(module) })), entries }
}

function piecesOf({ code, imports }: TestModule): readonly (string | { readonly path: string })[] {
  const targets: string[] = []
  const marked = rewriteImports(code.replaceAll(GAP, ''), (specifier) => {
    const target = imports[specifier]
    if (target === undefined) return null
    targets.push(target)
    return GAP
  })
  return marked.split(GAP).flatMap((text, i) => (i === 0 ? [text] : [{ path: targets[i - 1] as string }, text]))
}

/** No letter that code is written with. */
const GAP = '\u0000'
