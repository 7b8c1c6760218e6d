/**
 * The web application that the demo's agents build: what each of them writes, word by word. A shopping list of plain modules, without a
 * build step and without a network. Kept as files of their own, so that they can be read, run and mended like any others.
 */

import readme from './app/docs/README.md?raw'
import design from './app/docs/design.md?raw'
import page from './app/index.html?raw'
import storage from './app/src/api/storage.js?raw'
import store from './app/src/api/store.js?raw'
import main from './app/src/ui/main.js?raw'
import style from './app/src/ui/style.css?raw'
import theme from './app/src/ui/theme.css?raw'
import view from './app/src/ui/view.js?raw'
import storageTest from './app/tests/storage.test.js?raw'
import storeTest from './app/tests/store.test.js?raw'

export const APP_NAME = 'Pantry'

export const APP_FILES = {
  'docs/design.md': design,
  'src/api/store.js': store,
  'src/api/storage.js': storage,
  'index.html': page,
  'src/ui/style.css': style,
  'src/ui/view.js': view,
  'src/ui/main.js': main,
  'tests/store.test.js': storeTest,
  'tests/storage.test.js': storageTest,
  'docs/README.md': readme,
} as const
export type AppFile = keyof typeof APP_FILES

export const ACCENTS = { 'Forest green': '#2f7d4f', 'Ocean blue': '#1f6fb2', Plum: '#8a3b7f' } as const

/** The colour that these words name: one of those that are offered, or any as `#rrggbb`; null for none. Nothing else of them is used. */
export function accentIn(words: string): string | null {
  const wanted = words.toLowerCase()
  const known = Object.entries(ACCENTS).find(([name]) => wanted.includes(name.toLowerCase()))
  return known?.[1] ?? /#[0-9a-f]{6}(?![0-9a-f])/.exec(wanted)?.[0] ?? null
}

/** The one style sheet that hangs on what the person said. */
export function themeWith(accent: string): string {
  return theme.replace('ACCENT', accent)
}
