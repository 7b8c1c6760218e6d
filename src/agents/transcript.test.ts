/** Transcripts: every role leaves one of each run where people look for it, and none of them is the model's own to write. */

import { expect, test } from 'vitest'
import { testBoard } from './agent.fixture.ts'
import { AGENT_ROLES } from './roles/all.ts'
import { capabilityOf } from './roles/role.ts'
import { scriptedModel } from './scripted.ts'
import { transcriptPath } from './transcript.ts'

test.each(AGENT_ROLES.map((role) => [role.role, role] as const))('%s leaves a transcript of its run', async (name, role) => {
  const board = await testBoard()
  board.do('create_task', { title: 'Look at it', status: 'ready' })
  const agent = await board.agent(1, { ...capabilityOf(role), profile: { role: name } })
  const elsewhere = { path: 'transcripts/WN-1/of-another-run.md', content: 'Made up.' }
  const working = agent.start(
    scriptedModel('test', ({ turn }) =>
      turn === 0
        ? { say: 'I look around.', calls: [{ name: 'write_document', input: elsewhere }] }
        : { calls: [{ name: 'submit', input: { summary: 'Done.' } }] },
    ),
  )
  await working.ended(1)
  await working.stop()
  expect(working.outcomes).toEqual(['submitted'])
  const [run] = board.runs()
  const paths = board.do('list_documents', { id: 'WN-1' }).map(({ path, id }) => [path, id] as const)
  const id = new Map(paths).get(transcriptPath('WN-1', run?.id ?? ''))
  expect(board.do('get_document', { id: id ?? '' }).content).toContain('I look around.')
  expect(board.owner.nodes.get(id as never)?.creator).toBe(agent.replica.actor)
  expect(board.owner.quarantine.size).toBe(0)
  // Who writes no files is offered no way to, and nobody writes into a transcript.
  const { tools, files } = await agent.port.self()
  expect([tools.some((tool) => tool.name === 'write_document'), files]).toEqual([role.files.length > 0, role.files])
  expect(paths.map(([path]) => path)).toEqual([transcriptPath('WN-1', run?.id ?? '')])
  expect(run?.refused).toEqual([`write_document ${elsewhere.path}`])
})
