import { testRunnerContract } from '../agents/sandbox/test-runner.contract.ts'
import { createNodeTestRunner } from './node-test-runner.ts'

testRunnerContract('on a host', createNodeTestRunner({ ms: 500 }))
