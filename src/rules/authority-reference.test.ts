/**
 * Our oracle against another, written apart from it, where that lies beside the project: the histories that both understand (no
 * projects, no times, no adopts, one pattern a folder) get the same verdicts.
 */

import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { tellStory } from '../replica/authority-histories.fixture.ts'
import { judge, type Story, type StoryOp } from '../replica/authority-oracle.fixture.ts'

const REFERENCE = resolve(import.meta.dirname, '../../../shared/oracle/rule.mjs')

interface ReferenceGrant {
  id: string
  readonly [field: string]: unknown
}
interface Reference {
  readonly Log: new (genesis: { roots: readonly string[] }) => {
    receive(batch: unknown): void
    readonly b: Map<string, { id: string }>
  }
  evaluate(log: unknown): { readonly valid: ReadonlyMap<string, boolean> }
  mkBatch(
    author: string,
    feed: string,
    seq: number,
    prev: string | null,
    deps: readonly string[],
    hlc: number,
    ops: readonly unknown[],
  ): { id: string }
  capIdOf(grant: ReferenceGrant): string
}

// The second oracle lies beside the project, where there is one.
test.skipIf(!existsSync(REFERENCE))('two oracles agree', async () => {
  const reference = (await import(/* @vite-ignore */ pathToFileURL(REFERENCE).href)) as Reference
  let compared = 0
  for (let seed = 1; seed <= 400; seed++) {
    const { story, pasts } = tellStory(seed, { roots: 0 })
    const plain = { ...story, batches: story.batches.filter((_, i) => i < plainPrefix(story)) }
    const translated = translate(plain, reference)
    const log = new reference.Log({ roots: story.roots })
    for (const batch of translated.batches) log.receive(batch)
    const theirs = reference.evaluate(log).valid
    const admitted = plain.batches.filter(({ id }) => log.b.has(translated.ids.get(id) as string))
    const ours = judge({ ...plain, batches: admitted }, pasts).valid
    for (const { id, ops } of admitted) {
      for (const index of ops.keys()) {
        compared++
        expect(ours.has(`${id}:${index}`), `seed ${seed}, ${id}:${index} ${ops[index]?.op}`).toBe(
          theirs.get(`${translated.ids.get(id)}:${index}`) === true,
        )
      }
    }
  }
  expect(compared).toBeGreaterThan(2000)
})

/** How many batches of the story say only what the other oracle understands. */
function plainPrefix({ batches }: Story): number {
  const odd = batches.findIndex(({ author, ops }) => ops.some((o) => !isPlain(o, author, batches)))
  return odd < 0 ? batches.length : odd
}

function isPlain(o: StoryOp, author: string, batches: Story['batches']): boolean {
  switch (o.op) {
    case 'grant': {
      const { projects, notBefore, expires, invite, rank, audience, issuer, types } = o.grant
      // Self-grants, ranks that only a genesis gives and grants in another's name are let through there.
      return (
        !projects &&
        notBefore === 0 &&
        expires === null &&
        !invite &&
        rank >= 10 &&
        audience !== issuer &&
        issuer === author &&
        !types
      )
    }
    case 'revoke': {
      const target = batches.flatMap(({ ops }) => ops).find((one) => one.op === 'grant' && one.grant.id === o.target)
      const cited = batches.flatMap(({ ops }) => ops).find((one) => one.op === 'grant' && one.grant.id === o.cap)
      const isAgent = cited?.op === 'grant' && cited.grant.rank >= 50
      return target?.op === 'grant' && target.grant.audience !== author && !isAgent
    }
    case 'set':
      return true
    default:
      return false
  }
}

function translate(
  { batches }: Story,
  { mkBatch, capIdOf }: Reference,
): { batches: unknown[]; ids: ReadonlyMap<string, string> } {
  const ids = new Map<string, string>()
  const caps = new Map<string, string>()
  const capOf = (cap: string): string => (cap.startsWith('root:') ? cap : (caps.get(cap) ?? `nobody granted ${cap}`))
  const made = batches.map(({ id, author, feed, seq, prev, after, ms, ops }) => {
    const told = ops.map((o) => {
      switch (o.op) {
        case 'grant': {
          const { issuer, parent, audience, rank, rights, globs } = o.grant
          const verbs = rights && rights.map((right) => (right === 'update' ? 'set' : right))
          const grant: ReferenceGrant = {
            iss: issuer,
            parent: capOf(parent),
            aud: audience,
            rank,
            verbs,
            types: null,
            paths: globs,
            exp: 1e15,
            nonce: o.grant.id,
            id: '',
          }
          grant.id = capIdOf(grant)
          caps.set(o.grant.id, grant.id)
          return { v: 'grant', cap: capOf(o.cap), g: grant }
        }
        case 'revoke':
          return {
            v: 'revoke',
            cap: capOf(o.cap),
            target: capOf(o.target),
            keep: o.keep.map(capOf),
            replaces: o.replaces.map((name) => name.replace(/^[^:]+/, (batch) => ids.get(batch) as string)),
            ...(o.frontier ? { frontier: o.frontier.map((end) => ids.get(end)) } : {}),
          }
        default:
          return { v: 'set', cap: capOf(o.cap), node: 'n', val: id }
      }
    })
    const batch = mkBatch(
      author,
      feed,
      seq,
      prev && (ids.get(prev) as string),
      after.map((one) => ids.get(one) as string),
      ms,
      told,
    )
    ids.set(id, batch.id)
    return batch
  })
  return { batches: made, ids }
}
