import { vectorsContract } from './vectors.contract.ts'

vectorsContract('Node')
