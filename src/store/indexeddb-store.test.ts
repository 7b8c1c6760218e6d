import 'fake-indexeddb/auto'
import { indexedDbStoreContract } from './indexeddb-store.contract.ts'

indexedDbStoreContract('a fake IndexedDB', 15)
