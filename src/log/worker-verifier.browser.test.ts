import { workerVerifierContract } from './worker-verifier.contract.ts'

workerVerifierContract(
  'a real Worker',
  () => new Worker(new URL('../hosts/verifier-worker.ts', import.meta.url), { type: 'module' }),
)
