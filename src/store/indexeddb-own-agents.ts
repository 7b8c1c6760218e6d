/** The agents of this browser in a database of their own, which is made when the first of them is. */

import { type DeviceSchema, keptOrMade, openDatabase } from './indexeddb.ts'
import type { OwnAgent, OwnAgents } from './own-agents.ts'
import { newSealingKey, type SealedSecret, sealSecret } from './sealed-secret.ts'

/** `name` sets browsers apart in tests; the app has one. */
export async function openIndexedDbOwnAgents(name = 'worknode-agents'): Promise<OwnAgents> {
  const db = await openDatabase<Schema>(name, 1, (made) => {
    made.createObjectStore('agents', { keyPath: ['workspace', 'actor'] })
    made.createObjectStore('pages')
    made.createObjectStore('secrets')
    made.createObjectStore('device')
  })

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
    sealed: async (name) => (await db.read(['secrets'], (tx) => tx.objectStore('secrets').get(name))) ?? null,
    async keepSecret(name, secret) {
      const kept = await sealSecret(name, secret, await keptOrMade(db, 'sealing', newSealingKey))
      await db.write(['secrets'], 'strict', async (tx) => void (await tx.objectStore('secrets').put(kept, name)))
    },
    close: db.close,
  }
}

interface Schema extends DeviceSchema<CryptoKey> {
  agents: { key: [workspace: string, actor: string]; value: OwnAgent }
  pages: { key: string; value: unknown }
  secrets: { key: string; value: SealedSecret }
}
