/**
 * When what a board needs is loaded: at once where the address names a workspace. The start page is light and stays so until somebody
 * is there; the first move of a hand is a second before the click that needs a board. The service worker fetches the files meanwhile.
 */

const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'focusin', 'dragenter'] as const

export function loadForBoard(load: () => void): void {
  if (location.hash.startsWith('#/w/')) return load()
  const someoneIsThere = new AbortController()
  const start = (): void => {
    someoneIsThere.abort()
    load()
  }
  for (const sign of SIGNS) addEventListener(sign, start, { signal: someoneIsThere.signal, passive: true })
}
