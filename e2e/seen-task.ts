/** What people see in a browser of the one task that agents there contend for. */

import type { Page } from '@playwright/test'

export function seenTask(page: Page) {
  return page.evaluate(() => {
    const { replica } = window.worknode
    const id = replica.views.find('WN-1') as NonNullable<ReturnType<typeof replica.views.find>>
    const row = replica.views.task(id)
    return {
      title: row?.title,
      status: row?.status,
      labels: row?.labels,
      progress: row?.progress,
      holder: row?.run?.agent ?? null,
      candidates: row?.candidates,
      files: replica.views.documents.all.map((document) => replica.nodes.get(document)?.path ?? '').toSorted(),
      runs: replica.runsOf(id).map(({ agent, state }) => [agent, state]),
    }
  })
}
