import { indexedDbStoreContract } from './indexeddb-store.contract.ts'

indexedDbStoreContract('IndexedDB', 30)
