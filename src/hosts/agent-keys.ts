/**
 * The agents whose keys a host holds: `agents.json` in its data folder, readable by its owner only.
 *
 * A key is kept as its seed. A token is not kept: only its SHA-256, so that who reads the file can forge the agent's batches and
 * cannot call as it; tokens are 32 random bytes, so nothing slower than one hash is called for. What an agent may is not here: the
 * log says that, and a file that is older than the log cannot say otherwise.
 */

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { readIfThere, writePrivate } from './private-file.ts'

const hex32 = z.string().check(z.regex(/^[0-9a-f]{64}$/))

const KeptAgent = z.object({
  name: z.string(),
  /** Of its Ed25519 key. */
  seed: hex32,
  /** SHA-256 of its token. */
  token: hex32,
  /** Its profile on the board. */
  agent: z.string(),
  /** The capability that it was made with. */
  capability: hex32,
  /** Whether its token reads as well as writes. */
  mayRead: z.boolean(),
})
export type KeptAgent = Readonly<z.output<typeof KeptAgent>>

export interface AgentKeys {
  readonly all: readonly KeptAgent[]
  ofToken(token: string): KeptAgent | undefined
  /** Resolves when it is on the disk. */
  add(agent: KeptAgent): Promise<void>
  remove(name: string): Promise<void>
}

const FILE = 'agents.json'

/** Throws where the file is there and is not what it should be: going on would drop keys that nobody else has. */
export async function openAgentKeys(dataDir: string): Promise<AgentKeys> {
  const path = join(dataDir, FILE)
  let agents: readonly KeptAgent[] = await readAgents(path)
  let writing: Promise<void> = Promise.resolve()

  function write(next: readonly KeptAgent[]): Promise<void> {
    agents = next
    writing = writing.then(async () => {
      // What is newest by then: several that wait are one file.
      await writePrivate(path, `${JSON.stringify(agents, null, 2)}\n`)
    })
    return writing
  }

  return {
    get all() {
      return agents
    },
    ofToken(token) {
      const hash = hashOf(token)
      return agents.find((agent) => agent.token === hash)
    },
    add: (agent) => write([...agents, agent]),
    remove: (name) => write(agents.filter((agent) => agent.name !== name)),
  }
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

async function readAgents(path: string): Promise<readonly KeptAgent[]> {
  const text = await readIfThere(path)
  if (text === null) return []
  return z.array(KeptAgent).parse(JSON.parse(text))
}
