/**
 * `window.worknode`: the client of the SDK for the console and for scripts of this page, as the person of this tab.
 *
 * What it asks is answered by the REST app of this very tab, with no service worker in between, so that it is the same everywhere a
 * page runs. Its code comes with the first call. Behind it stands the session itself (`worknode.replica`), for those who look closer.
 */

import type { Client } from '../sdk/client.ts'
import type { OpenSession } from './tab-context.ts'

/** All that asks something. */
export type ScriptClient = Omit<Client, 'request'>

export function scriptClient<S extends OpenSession>(session: S, origin: string): S & ScriptClient {
  let client: Promise<Client> | null = null
  const load = async (): Promise<Client> => {
    const [{ Client: Sdk }, { answerFrom }] = await Promise.all([import('../sdk/client.ts'), import('./tab-rest.ts')])
    return new Sdk(origin, null, { fetch: (request) => answerFrom(session, request) })
  }
  // One that could not be loaded is asked for again.
  const loaded = (): Promise<Client> =>
    (client ??= load().catch((error: unknown) => ((client = null), Promise.reject(error as Error))))
  const methods: ScriptClient = {
    createTask: async (...given) => (await loaded()).createTask(...given),
    queryTasks: async (...given) => (await loaded()).queryTasks(...given),
    task: async (...given) => (await loaded()).task(...given),
    claimNext: async (...given) => (await loaded()).claimNext(...given),
    withRun: async (...given) => (await loaded()).withRun(...given),
    async *events(...given) {
      yield* (await loaded()).events(...given)
    },
    agentId: async () => (await loaded()).agentId(),
    call: async (...given) => (await loaded()).call(...given),
  }
  return Object.assign(Object.create(session) as S, methods)
}
