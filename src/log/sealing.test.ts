import { sealingContract } from './sealing.contract.ts'

sealingContract('Node')
