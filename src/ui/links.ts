/** Addresses of the app, each beside the pattern that reads it. They are public: people share them, tests open them. */

export const patterns = {
  start: '/',
  workspace: '/w/:workspace/*?',
  board: '/w/:workspace/board',
  people: '/w/:workspace/people',
  network: '/w/:workspace/network',
  files: '/w/:workspace/files/:open?',
  task: '/w/:workspace/task/:key',
} as const

export const links = {
  start: (): string => '/',
  board: (workspace: string): string => `/w/${workspace}/board`,
  people: (workspace: string): string => `/w/${workspace}/people`,
  network: (workspace: string): string => `/w/${workspace}/network`,
  files: (workspace: string): string => `/w/${workspace}/files`,
  file: (workspace: string, document: string): string => `/w/${workspace}/files/${document}`,
  task: (workspace: string, key: string): string => `/w/${workspace}/task/${encodeURIComponent(key)}`,
} as const
