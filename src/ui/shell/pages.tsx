/** The pages of a workspace besides its board: each beside the address that shows it, fetched when somebody goes there. */

import { type ComponentType, lazy } from 'react'
import { patterns } from '../links.ts'

interface PageProps {
  /** What the address names on the page, where it names something. */
  readonly open: string | undefined
}

export interface Page {
  readonly title: string
  readonly pattern: string
  readonly Show: ComponentType<PageProps>
}

export const PAGES: readonly Page[] = [
  page('Agents', patterns.agents, async () => (await import('../agents/agents-page.tsx')).AgentsPage),
  page('Triggers', patterns.triggers, async () => (await import('../triggers/triggers-page.tsx')).TriggersPage),
  page('Inbox', patterns.inbox, async () => (await import('../inbox/inbox-page.tsx')).InboxPage),
  page('Activity', patterns.activity, async () => (await import('../activity/activity-page.tsx')).ActivityPage),
  page('Insights', patterns.insights, async () => (await import('../insights/insights-page.tsx')).InsightsPage),
  page('Time travel', patterns.past, async () => (await import('../past/past-page.tsx')).PastPage),
  page('Files', patterns.files, async () => (await import('../files/files-page.tsx')).FilesPage),
  page('People', patterns.people, async () => (await import('../people/people-page.tsx')).PeoplePage),
  page('Network', patterns.network, async () => (await import('../network/network-page.tsx')).NetworkPage),
]

function page(title: string, pattern: string, load: () => Promise<ComponentType<PageProps>>): Page {
  return { title, pattern, Show: lazy(async () => ({ default: await load() })) }
}
