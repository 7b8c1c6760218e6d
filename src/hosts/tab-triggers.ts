/** The triggers of this person, carried out by the tab that keeps house: what they tell is shown here, and on the desktop while nobody looks. */

import type { NodeId } from '../core/ids.ts'
import { startTriggers } from '../operations/trigger-runner.ts'
import type { Replica } from '../replica/replica.ts'
import { desktopNotices, desktopTeller } from '../ui/attention/desktop-notices.ts'
import { links } from '../ui/links.ts'
import { notify } from '../ui/notices.ts'

const EVERY_MS = 30_000

/** Answers how to stop. */
export function runTriggers(replica: Replica, workspaceId: string): () => void {
  const desktop = desktopTeller(workspaceId, () => 'Worknode', open)
  const triggers = startTriggers(replica, {
    notify(text, task) {
      const address = task ? links.task(workspaceId, keyOf(task)) : links.triggers(workspaceId)
      notify(text, { about: `trigger ${text}`, stays: true, action: { label: 'See', run: () => open(address) } })
      if (document.visibilityState !== 'visible' && desktopNotices.get() === 'on') desktop.tell(`trigger ${text}`, text, address)
    },
    report: reportError,
  })
  triggers.tick()
  const timer = setInterval(() => triggers.tick(), EVERY_MS)

  function keyOf(task: NodeId): string {
    return replica.views.task(task)?.key ?? task
  }

  function open(address: string): void {
    location.hash = `#${address}`
  }

  return () => {
    clearInterval(timer)
    triggers.stop()
  }
}
