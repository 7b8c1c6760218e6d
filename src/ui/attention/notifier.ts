/**
 * Tells a person what needs them: on the page while they look at it, on the desktop while they do not. Each cause is told once; what
 * was said is taken away when its cause is gone. Several at once are one message, for nobody reads a row of them.
 */

import type { Need } from './needs.ts'

/** Where things are told. `tag` names a message: another with the same tag takes its place. */
export interface Teller {
  tell(tag: string, words: string, address: string): void
  takeBack(tag: string): void
}

export interface NotifierPorts {
  readonly isLookedAt: () => boolean
  readonly page: Teller
  /** Null while the person does not want it, or the browser does not allow it. */
  readonly desktop: () => Teller | null
}

export interface Notifier {
  needs(now: readonly Need[]): void
  /** The page came to the front, or went. */
  looked(): void
}

const MANY = 'many'
/** More than this at once are one message. */
const NAMED = 2

export function createNotifier({ isLookedAt, page, desktop }: NotifierPorts): Notifier {
  /** By cause: the tag that it was told under, and where. */
  const told = new Map<string, { readonly tag: string; readonly by: Teller }>()
  let current: readonly Need[] = []

  function forget(): void {
    const causes = new Set(current.map(({ cause }) => cause))
    for (const [cause, message] of told) {
      if (causes.has(cause)) continue
      told.delete(cause)
      const isShared = [...told.values()].some(({ tag, by }) => tag === message.tag && by === message.by)
      if (!isShared) message.by.takeBack(message.tag)
    }
  }

  function tell(): void {
    const teller = isLookedAt() ? page : desktop()
    const fresh = current.filter(({ cause }) => !told.has(cause))
    // Without anybody to tell them they wait, until the page is looked at.
    if (teller === null || fresh.length === 0) return
    const isMany = fresh.length > NAMED
    for (const { cause } of fresh) told.set(cause, { tag: isMany ? MANY : cause, by: teller })
    const [first] = fresh
    if (isMany && first) teller.tell(MANY, `${fresh.length} things need you`, first.address)
    else for (const { cause, words, address } of fresh) teller.tell(cause, words, address)
  }

  return {
    needs(now) {
      current = now
      forget()
      tell()
    },
    looked() {
      // Whoever looks at the page needs no message beside it.
      if (isLookedAt()) for (const { tag, by } of told.values()) if (by !== page) by.takeBack(tag)
      tell()
    },
  }
}
