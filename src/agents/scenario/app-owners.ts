/** Which role of the demo writes which file of the app. */
export const APP_OWNERS = {
  'docs/README.md': 'writer',
  'docs/design.md': 'architect',
  'index.html': 'frontend',
  'src/api/storage.js': 'backend',
  'src/api/store.js': 'backend',
  'src/ui/main.js': 'frontend',
  'src/ui/style.css': 'frontend',
  'src/ui/theme.css': 'frontend',
  'src/ui/view.js': 'frontend',
  'tests/storage.test.js': 'tester',
  'tests/store.test.js': 'tester',
} as const
