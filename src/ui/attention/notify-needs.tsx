import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { useWorkspaceName } from '../hooks.ts'
import { dismissAbout, notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { desktopNotices, desktopTeller } from './desktop-notices.ts'
import { needsOf } from './needs.ts'
import { createNotifier, type Teller } from './notifier.ts'

/** Tells the person at this page what needs them, for as long as it is there. */
export function NotifyNeeds() {
  const session = useSession()
  const [, navigate] = useLocation()
  const name = useWorkspaceName()
  useEffect(() => {
    const page: Teller = {
      tell: (tag, words, address) =>
        notify(words, { action: { label: 'See', run: () => navigate(address) }, about: `need ${tag}` }),
      takeBack: (tag) => dismissAbout(`need ${tag}`),
    }
    const desktop = desktopTeller(session.workspaceId, () => `${name} · Worknode`, navigate)
    const notifier = createNotifier({
      isLookedAt: () => document.visibilityState === 'visible',
      page,
      desktop: () => (desktopNotices.get() === 'on' ? desktop : null),
    })
    const needs = needsOf(session)
    const look = (): void => notifier.needs(needs.get())
    const stops = [needs.subscribe(look), desktopNotices.subscribe(() => notifier.looked())]
    const looked = (): void => notifier.looked()
    document.addEventListener('visibilitychange', looked)
    look()
    return () => {
      for (const stop of stops) stop()
      document.removeEventListener('visibilitychange', looked)
      // Another begins anew, under another name or in another workspace.
      notifier.needs([])
    }
  }, [session, name, navigate])
  return null
}
