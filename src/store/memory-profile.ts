/** The profile in memory: for tests, and for a visit that keeps nothing. A *disk* outlives the handles on it. */

import {
  byLastOpened,
  NO_SETTINGS,
  type DeviceKeys,
  type KnownWorkspace,
  type Profile,
  type Settings,
  withKept,
} from './profile.ts'
import { StoreGoneError } from './store.ts'

export interface ProfileDisk {
  keys: DeviceKeys | null
  readonly workspaces: Map<string, KnownWorkspace>
  settings: Settings
}

export function profileDisk(): ProfileDisk {
  return { keys: null, workspaces: new Map(), settings: NO_SETTINGS }
}

export function memoryProfile(disk = profileDisk()): Profile {
  let open = true

  async function turn(): Promise<void> {
    await null
    if (!open) throw new StoreGoneError('the profile is closed')
  }

  return {
    async deviceKeys(make) {
      await turn()
      if (disk.keys) return disk.keys
      const made = await make()
      await turn()
      return (disk.keys ??= made)
    },
    async workspaces() {
      await turn()
      return [...disk.workspaces.values()].map((workspace) => structuredClone(workspace)).toSorted(byLastOpened)
    },
    async putWorkspace(workspace) {
      const copy = structuredClone(workspace)
      await turn()
      disk.workspaces.set(copy.id, withKept(disk.workspaces.get(copy.id), copy))
    },
    async removeWorkspace(id) {
      await turn()
      disk.workspaces.delete(id)
    },
    async settings() {
      await turn()
      return disk.settings
    },
    async changeSettings(changed) {
      await turn()
      disk.settings = { ...disk.settings, ...changed }
      return disk.settings
    },
    onLost() {
      // Memory is lost only with the process.
    },
    async close() {
      await null
      open = false
    },
  }
}
