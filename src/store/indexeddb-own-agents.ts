/** The agents of this browser in a database of their own, which is made when the first of them is. */

import type { DBSchema } from 'idb'
import { utf8 } from '../base/bytes.ts'
import { openDatabase } from './indexeddb.ts'
import type { OwnAgent, OwnAgents, Sealed } from './own-agents.ts'

/** `name` sets browsers apart in tests; the app has one. */
export async function openIndexedDbOwnAgents(name = 'worknode-agents'): Promise<OwnAgents> {
  const db = await openDatabase<Schema>(name, 1, (made) => {
    made.createObjectStore('agents', { keyPath: ['workspace', 'actor'] })
    made.createObjectStore('pages')
    made.createObjectStore('secrets')
    made.createObjectStore('device')
  })

  /** Made at the first use; of two tabs that are first at once, one has its way. */
  async function sealingKey(): Promise<CryptoKey> {
    const kept = await db.read(['device'], (tx) => tx.objectStore('device').get('sealing'))
    if (kept) return kept
    const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    return db.write(['device'], 'strict', async (tx) => {
      const device = tx.objectStore('device')
      const other = await device.get('sealing')
      if (other) return other
      await device.put(made, 'sealing')
      return made
    })
  }

  return {
    of: (workspace) =>
      db.read(['agents'], (tx) => tx.objectStore('agents').getAll(IDBKeyRange.bound([workspace], [workspace, []]))),
    put: (agent) => db.write(['agents'], 'strict', async (tx) => void (await tx.objectStore('agents').put(agent))),
    page: async (run) => (await db.read(['pages'], (tx) => tx.objectStore('pages').get(run))) ?? null,
    keepPage: (run, page) =>
      db.write(['pages'], 'relaxed', async (tx) => {
        const pages = tx.objectStore('pages')
        if (page === null) await pages.delete(run)
        else await pages.put(page, run)
      }),
    async secret(wanted) {
      const sealed = await db.read(['secrets'], (tx) => tx.objectStore('secrets').get(wanted))
      if (!sealed) return null
      const { iv, bytes } = sealed
      const open = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: utf8(wanted) }, await sealingKey(), bytes)
      return new TextDecoder().decode(open)
    },
    async keepSecret(given, secret) {
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData: utf8(given) },
        await sealingKey(),
        utf8(secret),
      )
      const kept: Sealed = { iv, bytes: new Uint8Array(sealed) }
      await db.write(['secrets'], 'strict', async (tx) => void (await tx.objectStore('secrets').put(kept, given)))
    },
    close: db.close,
  }
}

interface Schema extends DBSchema {
  agents: { key: [workspace: string, actor: string]; value: OwnAgent }
  pages: { key: string; value: unknown }
  secrets: { key: string; value: Sealed }
  device: { key: 'sealing'; value: CryptoKey }
}
