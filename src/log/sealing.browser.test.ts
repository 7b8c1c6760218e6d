import { sealingContract } from './sealing.contract.ts'

sealingContract('Chromium')
