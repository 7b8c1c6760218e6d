import { expect, test } from 'vitest'
import { run } from './table.ts'
import { founded, portsOf } from '../replica/cluster.fixture.ts'
import { openReplica } from '../replica/replica.ts'
import { takeOver } from '../replica/rewrite.ts'
import { textClientId, textName, textOf, projectText } from '../replica/text.ts'

test('when another writer took the feed, what was not saved is written anew and nothing is lost', async () => {
  const { owner, peer, clock } = await founded()
  run({ replica: owner }, 'create_task', { title: 'Kept', body: 'Hello', labels: ['old'] })
  await owner.saved()
  const feed = owner.feedName.slice(66)
  const head = (await peer.ports.store.feeds(owner.actor)).find((one) => one.feed === feed)
  // A second writer goes on with the same feed, as a lost lock or a copied profile would have it.
  const thief = await openReplica(owner.workspace, {
    ...portsOf(peer.signer, peer.disk, owner.workspace, clock, peer.ports.random),
    openFeed: async () => ({ feed, head: head ?? null, release: async () => {} }),
  })
  run({ replica: thief }, 'create_task', { title: 'Thief was first' })
  await thief.saved()

  let moved = false
  owner.onStuck(() => (moved = true))
  const node = owner.views.find('WN-1') as never
  const doc = projectText(owner.nodes.get(node) as never, 'body', owner.history)
  doc.clientID = textClientId(owner.feedName, node, 'body')
  owner.transact(null, (tx) => {
    doc.on('update', (update: Uint8Array) => tx.text(node, 'body', update as Uint8Array<ArrayBuffer>))
    doc.getText(textName(node, 'body')).insert(5, ', world')
  })
  run({ replica: owner }, 'update_task', { id: 'WN-1', title: 'Renamed', labels: ['new'] })
  run({ replica: owner }, 'create_task', { title: 'Unsaved' })
  await owner.saved()
  expect(moved).toBe(true)
  expect(owner.saveState.problem).toContain('Another tab')

  const fresh = await openReplica(owner.workspace, peer.ports)
  await takeOver(fresh, owner, () => peer.ports)
  await fresh.saved()
  const again = await openReplica(owner.workspace, peer.ports)
  const titles = new Set([...again.views.tasks()].map((id) => again.views.task(id)?.title))
  expect(titles).toEqual(new Set(['Renamed', 'Thief was first', 'Unsaved']))
  expect(again.views.task(node)?.labels).toEqual(['new'])
  expect(textOf(again.nodes.get(node) as never, 'body', again.history)).toBe('Hello, world')
})
