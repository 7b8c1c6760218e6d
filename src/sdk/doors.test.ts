/** One interface, whichever way in: the same things are done to one board through each, and the same comes back. */

import { expect, test } from 'vitest'
import { testDoor, type TestDoor } from '../api/door.fixture.ts'
import { run } from '../operations/table.ts'
import { Client } from './client.ts'
import type { ArrivedEvent } from './door.ts'
import type { WorknodeError } from './error.ts'

interface Way {
  readonly board: TestDoor
  readonly owner: Client
  readonly agent: Client
}

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  'over HTTP': async () => {
    const board = await testDoor()
    const fetch = async (request: Request): Promise<Response> => board.app.fetch(request)
    return { board, owner: new Client('http://host', 'owner', { fetch }), agent: new Client('http://host', 'agent', { fetch }) }
  },
  'in process': async () => {
    const board = await testDoor()
    return {
      board,
      owner: await Client.local({ replica: board.owner }),
      agent: await Client.local({ replica: board.agent }),
    }
  },
}

async function take(events: AsyncGenerator<ArrivedEvent>, count: number): Promise<ArrivedEvent[]> {
  const taken: ArrivedEvent[] = []
  for await (const event of events) if (taken.push(event) === count) break
  return taken
}

for (const [way, open] of Object.entries(WAYS)) {
  test(`${way}: a task from its making to its review`, async () => {
    const { owner, board } = await open()
    const made = await owner.createTask({ title: 'One', body: 'What it is about', labels: ['api'], status: 'ready' })
    expect([made.key, made.body, made.status, made.data.ready]).toEqual(['WN-1', 'What it is about', 'ready', true])
    expect((await owner.queryTasks({ status: 'ready', label: 'api' })).map(({ key }) => key)).toEqual(['WN-1'])
    const task = await owner.claimNext()
    expect(task?.data.run).toMatchObject({ agent: await owner.agentId(), state: 'working' })
    expect(await owner.agentId()).toBe(board.owner.actor)
    await task!.progress(50, { step: 'half way' })
    const document = await task!.addDocument('src/a.ts', 'const a = 1\n')
    expect(document.path).toBe('src/a.ts')
    expect((await task!.documents()).map(({ path }) => path)).toEqual(['src/a.ts'])
    await task!.submit({ summary: 'done', checks: ['it compiles'] })
    expect([task!.status, task!.data.progress, task!.data.run?.state]).toEqual(['in_review', 50, 'submitted'])
    expect(await owner.claimNext()).toBeNull()
  })

  test(`${way}: what is refused is an error with the code of the contract`, async () => {
    const { owner, agent } = await open()
    await expect(owner.task('WN-9')).rejects.toMatchObject({ name: 'WorknodeError', code: 'not_found' })
    await expect(owner.createTask({ title: '' })).rejects.toMatchObject({ code: 'invalid' })
    await expect(agent.call('pause_agent', { id: '*' })).rejects.toMatchObject({ code: 'permission_denied' })
    const task = await owner.createTask({ title: 'One' })
    await expect(task.claim()).rejects.toMatchObject({ code: 'wrong_state' })
  })

  test(`${way}: a task in hand is not written over where a person has changed it, and says what, until it is read again`, async () => {
    const { owner, agent } = await open()
    const { key } = await owner.createTask({ title: 'One', body: 'Red.\n', status: 'ready' })
    const task = await (await agent.task(key)).claim()
    await task.progress(10)
    await owner.call('update_task', { id: key, body: 'Blue.\n' })
    for (const write of [
      () => task.progress(20),
      () => task.update({ title: 'Mine' }),
      () => task.addDocument('a.txt', 'red'),
      () => task.submit('Red.'),
    ])
      await expect(write()).rejects.toMatchObject({
        code: 'human_fence',
        seen: expect.any(String) as string,
        changes: [{ field: 'body', diff: '@@ -1 +1 @@\n-Red.\n+Blue.' }],
      })
    expect((await owner.task(key)).data).toMatchObject({ title: 'One', progress: 10, status: 'in_progress' })
    expect((await task.refresh()).body).toBe('Blue.\n')
    await task.submit('Blue.')
    expect(task.status).toBe('in_review')
  })

  test(`${way}: what the error says to have been seen is enough to write again, a document as well`, async () => {
    const { owner, agent } = await open()
    const { id, seen } = await agent.call('create_document', { path: 'a.txt', content: 'one\n' })
    await owner.call('update_document', { id, content: 'two\n' })
    const failed = await agent.call('update_document', { id, content: 'three\n', seen }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'human_fence', changes: [{ field: 'content', diff: '@@ -1 +1 @@\n-one\n+two' }] })
    await agent.call('update_document', { id, content: 'three\n', seen: (failed as WorknodeError).seen })
    expect(await owner.call('get_document', { id })).toMatchObject({ content: 'three\n' })
  })

  test(`${way}: lists come whole, page after page, or up to a limit`, async () => {
    const { owner, board } = await open()
    for (let n = 0; n < 1003; n++) run({ replica: board.owner }, 'create_task', { title: `T${n}` })
    const keys = (await owner.queryTasks()).map(({ key }) => key)
    expect(new Set(keys).size).toBe(1003)
    expect((await owner.queryTasks({ limit: 2 })).map(({ key }) => key)).toEqual(keys.slice(0, 2))
  })

  test(`${way}: events from the beginning, from a cursor, and from now`, async () => {
    const { owner } = await open()
    await owner.createTask({ title: 'One' })
    const [first] = await take(owner.events(null, { type: 'task' }), 1)
    await owner.createTask({ title: 'Two' })
    const [second] = await take(owner.events(first!.cursor, { type: 'task.created' }), 1)
    expect([first!.type, second!.data]).toMatchObject(['task.created', { fields: { title: 'Two' } }])
    const events = owner.events('now', { type: 'task.created' })
    const next = events.next()
    // It listens once it has asked where now is.
    await owner.queryTasks()
    await new Promise((resolve) => setImmediate(resolve))
    await owner.createTask({ title: 'Three' })
    expect((await next).value).toMatchObject({ data: { fields: { title: 'Three' } } })
    await events.return(undefined)
  })

  test(`${way}: a question resolves with its answer`, async () => {
    const { owner, board } = await open()
    const task = await owner.createTask({ title: 'One' })
    const asked = task.ask('Which colour?', { options: ['red', 'blue'] })
    const { views } = board.owner
    const id = await new Promise<string>((resolve) => {
      const look = (): void => {
        const [comment] = views.commentsOn(task.data.id)
        if (comment) resolve(comment)
      }
      views.onChanged(look)
      look()
    })
    await owner.call('answer_question', { id, answer: 'blue' })
    expect(await asked).toBe('blue')
  })

  test(`${way}: a run that somebody stops is over, and nothing is given back`, async () => {
    const { owner, board } = await open()
    await owner.createTask({ title: 'One', status: 'ready' })
    const run_ = owner.withRun(async (task, signal) => {
      // The owner changes its mind in another window.
      run({ replica: board.owner }, 'release_task', { id: task.id })
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await expect(run_).rejects.toMatchObject({ code: 'run_over' })
  })
}
