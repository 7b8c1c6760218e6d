/** Addresses of the app, each beside the pattern that reads it. They are public: people share them, tests open them. */

export const patterns = {
  start: '/',
  workspace: '/w/:workspace/*?',
  board: '/w/:workspace/board',
  inbox: '/w/:workspace/inbox',
  agents: '/w/:workspace/agents',
  triggers: '/w/:workspace/triggers',
  people: '/w/:workspace/people',
  activity: '/w/:workspace/activity',
  past: '/w/:workspace/past',
  insights: '/w/:workspace/insights',
  network: '/w/:workspace/network',
  files: '/w/:workspace/files/:open?',
  task: '/w/:workspace/task/:key',
} as const

export const links = {
  start: (): string => '/',
  board: (workspace: string): string => `/w/${workspace}/board`,
  inbox: (workspace: string): string => `/w/${workspace}/inbox`,
  agents: (workspace: string): string => `/w/${workspace}/agents`,
  triggers: (workspace: string): string => `/w/${workspace}/triggers`,
  people: (workspace: string): string => `/w/${workspace}/people`,
  activity: (workspace: string, query = ''): string => `/w/${workspace}/activity${query}`,
  /** The board as it was at an HLC, written as text; without one the latest. */
  past: (workspace: string, at = ''): string => `/w/${workspace}/past${at === '' ? '' : `?at=${at}`}`,
  insights: (workspace: string): string => `/w/${workspace}/insights`,
  network: (workspace: string): string => `/w/${workspace}/network`,
  files: (workspace: string): string => `/w/${workspace}/files`,
  file: (workspace: string, document: string): string => `/w/${workspace}/files/${document}`,
  /** The document as a page that runs. */
  preview: (workspace: string, document: string): string => `/w/${workspace}/files/${document}?show=preview`,
  task: (workspace: string, key: string): string => `/w/${workspace}/task/${encodeURIComponent(key)}`,
} as const
