/** Addresses of the app, each beside the pattern that reads it. They are public: people share them, tests open them. */

export const patterns = {
  start: '/',
  workspace: '/w/:workspace/*?',
  board: '/w/:workspace/board',
  agents: '/w/:workspace/agents',
  people: '/w/:workspace/people',
  network: '/w/:workspace/network',
  task: '/w/:workspace/task/:key',
} as const

export const links = {
  start: (): string => '/',
  board: (workspace: string): string => `/w/${workspace}/board`,
  agents: (workspace: string): string => `/w/${workspace}/agents`,
  people: (workspace: string): string => `/w/${workspace}/people`,
  network: (workspace: string): string => `/w/${workspace}/network`,
  task: (workspace: string, key: string): string => `/w/${workspace}/task/${encodeURIComponent(key)}`,
} as const
