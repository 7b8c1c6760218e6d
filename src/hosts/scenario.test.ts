/** The whole demo on a real log, with real keys and rights, in one process: what a tab and `npm run demo` do. */

import { expect, test } from 'vitest'
import { act } from '../agents/act.ts'
import { realClock } from '../agents/clock.ts'
import { briefingOf } from '../agents/briefing.ts'
import { enroll } from '../agents/enroll.ts'
import { memoryNotebook } from '../agents/agent.fixture.ts'
import { ACCENTS } from '../agents/scenario/app-files.ts'
import { APP_OWNERS } from '../agents/scenario/app-owners.ts'
import { scriptedModel } from '../agents/scripted.ts'
import { demoScript } from '../agents/scenario/scripts.ts'
import { demoTasks, giveGoal, TEAM } from '../agents/scenario/team.ts'
import { toHex } from '../base/bytes.ts'
import { generateKeys, type KeyPair, keyPairOf } from '../log/keys.ts'
import { run } from '../operations/table.ts'
import { founded, signerOf } from '../replica/cluster.fixture.ts'
import { ANY_EVENT, readEventsBefore } from '../replica/event-pages.ts'
import { Hand } from '../replica/hand.fixture.ts'
import type { ActorPorts, Replica } from '../replica/replica.ts'
import { handoffIn } from '../replica/handoff.ts'
import { textOf } from '../replica/text.ts'
import { transcriptPath } from '../agents/transcript.ts'
import { memoryLocks } from '../store/locks.ts'
import { createNodeTestRunner } from './node-test-runner.ts'

function actorOf(replica: Replica, pair: KeyPair): ActorPorts {
  const feed = toHex(replica.random(8))
  return { signer: signerOf(pair), openFeed: async () => ({ feed, head: null, release: async () => {} }) }
}

interface Demo {
  readonly replica: Replica
  readonly actors: ReadonlyMap<string, string>
  /** The key of one of the team, in a hand that asks nobody for leave. */
  hand(role: string): Hand
  /** Does what the person does whenever something changed, until all of it is done. */
  until(done: () => boolean, person: () => void): Promise<void>
  close(): Promise<void>
}

async function demo(): Promise<Demo> {
  const { owner: replica } = await founded(1, { ms: Date.now() })
  const stop = new AbortController()
  const locks = memoryLocks().tab()
  const actors = new Map<string, string>()
  const team: ActorPorts[] = []
  const pairs = new Map<string, KeyPair>()
  for (const { name, role } of TEAM) {
    const pair = await keyPairOf((await generateKeys()).signing)
    pairs.set(role, pair)
    const actor = actorOf(replica, pair)
    const made = enroll(replica, { key: actor.signer.key, box: null }, { name, role, model: 'scripted: demo', expires: null })
    if (!made.ok) throw new Error(made.refusal.detail)
    actors.set(toHex(actor.signer.key), role)
    team.push(actor)
  }
  // Last, when everybody is here whom the coordinator can give something to.
  giveGoal(replica, 'Coordinator')
  const working = team.map((actor) =>
    act(
      {
        home: replica,
        model: scriptedModel('demo', demoScript),
        runTests: createNodeTestRunner({ ms: 2000 }),
        claims: { clock: realClock, delays: () => [], locks },
        notebook: memoryNotebook(),
        beat: () => undefined,
        clock: realClock,
        random: Math.random,
      },
      actor,
      stop.signal,
    ).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    }),
  )
  return {
    replica,
    actors,
    hand: (role) => new Hand(pairs.get(role) as KeyPair, replica),
    until: (done, person) =>
      new Promise((resolve, reject) => {
        Promise.all(working).catch(reject)
        const off = replica.views.onChanged(look)
        look()
        function look(): void {
          person()
          if (!done()) return
          off()
          resolve()
        }
      }),
    async close() {
      stop.abort(new Error('The test is over.'))
      await Promise.all(working)
    },
  }
}

function answerAll(replica: Replica, answer: string): void {
  for (const id of replica.views.questions) run({ replica }, 'answer_question', { id, answer })
}

function acceptAll(replica: Replica): void {
  for (const id of demoTasks(replica)) if (replica.views.task(id)?.candidates) run({ replica }, 'accept_task', { id })
}

function allDone(replica: Replica): boolean {
  const tasks = demoTasks(replica)
  return tasks.length === 6 && tasks.every((id) => replica.views.task(id)?.status === 'done')
}

/** Where the transcript of the last run of a task lies. */
function transcriptOf(replica: Replica, title: string): string {
  const id = demoTasks(replica).find((one) => replica.views.task(one)?.title === title)
  const run = id && replica.runsOf(id).at(-1)
  return run ? transcriptPath(replica.views.task(run.task)?.key ?? '', run.id) : ''
}

function documentAt(replica: Replica, path: string): string {
  const [id] = replica.views.documents.at(path, null)
  const node = id && replica.nodes.get(id)
  return node ? textOf(node, 'content', replica.history) : ''
}

test('the team plans, asks, builds and tests the app; its person answers and accepts', async () => {
  const { replica, actors, until, close } = await demo()
  await until(
    () => allDone(replica),
    () => {
      answerAll(replica, 'Plum')
      acceptAll(replica)
    },
  )
  // What was answered is in the app; what was tested is the evidence.
  expect(documentAt(replica, 'src/ui/theme.css')).toContain(ACCENTS.Plum)
  const rowOf = (title: string) =>
    demoTasks(replica)
      .map((id) => replica.views.task(id))
      .find((task) => task?.title === title)
  const tested = replica.runsOf(rowOf('Test the list')?.id as never).at(-1)
  expect(tested?.evidence).toMatchObject({ summary: '11 of 11 tests passed, in a sandbox without network.' })
  // Each file was written by the agent whose it is, and nobody wrote where it may not.
  const writers = Object.fromEntries(
    replica.views.documents.all.flatMap((id) => {
      const node = replica.nodes.get(id)
      return node?.path && !node.path.startsWith('transcripts/') ? [[node.path, actors.get(node.creator)]] : []
    }),
  )
  expect(writers).toEqual(APP_OWNERS)
  expect(replica.quarantine.size).toBe(0)
  // Whoever comes next is handed what those before it changed, verified and decided.
  const store = replica.runsOf(rowOf('Build the list and what keeps it')?.id as never).at(-1)
  expect(handoffIn(store?.evidence ?? null)?.decided).toContain('A list that cannot be read counts as empty')
  const tests = rowOf('Test the list')
  const told = briefingOf(
    replica,
    replica.nodes.get(tests?.id as never) as never,
    replica.runsOf(tests?.id as never)[0]?.id as never,
  )
  expect(told.handoffs.flatMap(({ words }) => words?.decided ?? [])).toContain('A list that cannot be read counts as empty')
  expect(documentAt(replica, transcriptOf(replica, 'Test the list'))).toContain('11 of 11 tests passed')
  for (const id of demoTasks(replica)) expect(replica.views.task(id)?.checks.every(({ done }) => done)).toBe(true)
  // The one file that was not its own to write: refused, and people see that it was tried.
  const refused = replica.runsOf(rowOf('Build the list and what keeps it')?.id as never).at(-1)
  expect(JSON.stringify(refused)).toContain('src/ui/helpers.js')
  await close()
})

test('work that is sent back with words is mended and handed in again by the same run', async () => {
  const { replica, until, close } = await demo()
  let sentBack = false
  await until(
    () => allDone(replica),
    () => {
      answerAll(replica, 'Plum')
      const page = demoTasks(replica)
        .map((id) => replica.views.task(id))
        .find((task) => task?.title === 'Build the page')
      if (page?.candidates && !sentBack) {
        sentBack = true
        run({ replica }, 'reject_task', { id: page.id, note: 'Rather ocean blue, please.' })
      }
      acceptAll(replica)
    },
  )
  expect(sentBack).toBe(true)
  expect(documentAt(replica, 'src/ui/theme.css')).toContain(ACCENTS['Ocean blue'])
  await close()
})

test('a task that is in no script is blocked with words, and does not go round', async () => {
  const { replica, until, close } = await demo()
  const made = run({ replica }, 'create_task', { title: 'Fly to the moon', status: 'ready', assignees: ['Backend'] })
  if (!made.ok) throw new Error(made.refusal.detail)
  await until(
    () => replica.views.task(made.value.id)?.status === 'blocked',
    () => undefined,
  )
  expect(replica.runsOf(made.value.id)).toHaveLength(1)
  await close()
})

test('one of the team whose client asks nobody writes the file of another: it counts nowhere, and the log says whose it was', async () => {
  const { replica, hand, until, close } = await demo()
  await until(
    () => demoTasks(replica).length === 6,
    () => acceptAll(replica),
  )
  await close()
  await replica.saved()
  const backend = hand('backend')
  for (const path of ['src/api/more.js', 'src/ui/more.js', 'src/api/../ui/more.js']) {
    const { batch } = await backend.create({ type: 'document', path }, path)
    await replica.receive([batch.wire], 'test')
  }
  expect(['src/api/more.js', 'src/ui/more.js'].map((path) => replica.views.documents.at(path, null).length)).toEqual([1, 0])
  const { events } = await readEventsBefore(replica, { ...ANY_EVENT, isVoid: true }, replica.history.count, 10)
  const [held] = backend.held
  expect(events.map(({ event }) => event)).toMatchObject([
    { actor: backend.actor, valid: false, why: 'malformed', capability: held?.id },
    { actor: backend.actor, valid: false, why: 'path', capability: held?.id, data: { path: 'src/ui/more.js' } },
  ])
})
