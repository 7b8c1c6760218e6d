/** The profile in the browser: one small IndexedDB database, shared by its tabs. All writes are `strict`. */

import { type DeviceSchema, keptOrMade, openDatabase } from './indexeddb.ts'
import {
  byLastOpened,
  NO_SETTINGS,
  type DeviceKeys,
  type KnownWorkspace,
  type Profile,
  type Settings,
  withKept,
} from './profile.ts'

/** `name` sets profiles apart in tests; the app has one. */
export async function openIndexedDbProfile(name = 'worknode'): Promise<Profile> {
  const db = await openDatabase<Schema>(name, 1, (made) => {
    made.createObjectStore('device')
    made.createObjectStore('settings')
    made.createObjectStore('workspaces', { keyPath: 'id' })
  })

  return {
    deviceKeys: (make) => keptOrMade(db, 'keys', make),
    async workspaces() {
      const known = await db.read(['workspaces'], (tx) => tx.objectStore('workspaces').getAll())
      return known.toSorted(byLastOpened)
    },
    async putWorkspace(workspace) {
      await db.write(['workspaces'], 'strict', async (tx) => {
        const store = tx.objectStore('workspaces')
        await store.put(withKept(await store.get(workspace.id), workspace))
      })
    },
    async removeWorkspace(id) {
      await db.write(['workspaces'], 'strict', (tx) => tx.objectStore('workspaces').delete(id))
    },
    async settings() {
      const kept = await db.read(['settings'], (tx) => tx.objectStore('settings').get('all'))
      return { ...NO_SETTINGS, ...kept }
    },
    async changeSettings(changed) {
      return db.write(['settings'], 'strict', async (tx) => {
        const store = tx.objectStore('settings')
        const settings: Settings = { ...NO_SETTINGS, ...(await store.get('all')), ...changed }
        await store.put(settings, 'all')
        return settings
      })
    },
    onLost: db.onLost,
    close: db.close,
  }
}

interface Schema extends DeviceSchema<DeviceKeys> {
  workspaces: { key: string; value: KnownWorkspace }
  settings: { key: 'all'; value: Settings }
}
