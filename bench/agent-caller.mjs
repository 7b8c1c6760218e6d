/** The Worker's half of `agents.ts`: calls a tool many times by the stub, and says how long one takes. */
import { parentPort, workerData } from 'node:worker_threads'
import { newMessagePortRpcSession } from 'capnweb'

const { channel, run, many, write } = workerData
/** @type {any} The stub of an agent's port. */
const port = newMessagePortRpcSession(channel)

/** @param {string} tool @param {unknown} input */
async function timed(tool, input) {
  for (let i = 0; i < many / 10; i++) await port.use(run, tool, input)
  const from = performance.now()
  for (let i = 0; i < many; i++) await port.use(run, tool, input)
  return (performance.now() - from) / many
}

parentPort?.postMessage({ away: await timed('read_task', {}), awayWrite: await timed('progress', write) })
