import { workerVerifierContract } from '../log/worker-verifier.contract.ts'

workerVerifierContract('a real Worker', () => new Worker(new URL('./verifier-worker.ts', import.meta.url), { type: 'module' }))
