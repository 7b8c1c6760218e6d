import { onTestFinished } from 'vitest'
import { toHex, type Bytes } from '../base/bytes.ts'
import { feedLockContract } from './feed-lock.contract.ts'
import { deleteIndexedDbStore, openIndexedDbStore } from './indexeddb-store.ts'

const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))

feedLockContract('the browser', async () => {
  const name = toHex(random(8))
  onTestFinished(() => deleteIndexedDbStore(name))
  return { tab: async () => ({ store: await openIndexedDbStore({ name, random }), locks: navigator.locks }) }
})
