import { keysContract } from './keys.contract.ts'

keysContract('Chromium')
