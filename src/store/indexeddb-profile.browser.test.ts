import { onTestFinished } from 'vitest'
import { toHex } from '../base/bytes.ts'
import { openIndexedDbProfile } from './indexeddb-profile.ts'
import { deleteDatabase } from './indexeddb.ts'
import { profileContract } from './profile.contract.ts'

profileContract('the profile in the browser', async () => {
  const name = `worknode-test-${toHex(crypto.getRandomValues(new Uint8Array(8)))}`
  onTestFinished(() => deleteDatabase(name))
  let profile = await openIndexedDbProfile(name)
  return {
    profile,
    async reopen() {
      await profile.close()
      profile = await openIndexedDbProfile(name)
      return profile
    },
    second: () => openIndexedDbProfile(name),
  }
})
