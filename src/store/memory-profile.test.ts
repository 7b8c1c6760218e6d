import { memoryProfile, profileDisk } from './memory-profile.ts'
import { profileContract } from './profile.contract.ts'

profileContract('the profile in memory', async () => {
  const disk = profileDisk()
  let profile = memoryProfile(disk)
  return {
    profile,
    async reopen() {
      await profile.close()
      profile = memoryProfile(disk)
      return profile
    },
    second: async () => memoryProfile(disk),
  }
})
