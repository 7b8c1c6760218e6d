/** A host that meets pages it did not serve: nothing but WebRTC connects them, found over a signalling server on loopback. */

import { randomBytes } from 'node:crypto'
import { addAgent, call } from './agents-outside.ts'
import { expect, test } from './host.ts'
import { joinByLink, stateHash } from './people.ts'

test('a page that another host served meets this one over WebRTC: what agents write there comes, and what the person writes goes', async ({
  browser,
  startHost,
}) => {
  test.skip(
    !['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64'].includes(`${process.platform}-${process.arch}`),
    'no binary for this platform',
  )
  const signalling = await startHost()
  const host = await startHost({ SIGNALING_URLS: signalling.signalUrl, WORKNODE_WEBRTC: '1' })
  const elsewhere = await startHost({ SIGNALING_URLS: signalling.signalUrl })
  const agent = await addAgent(host, 'writer')
  const first = (await (await call(agent, 'POST', '/tasks', { title: 'Written before' })).json()) as { id: string }
  // More than the buffer of a channel holds before it drains.
  for (let i = 0; i < 8; i++) {
    const path = `src/large-${i}.txt`
    expect(
      (await call(agent, 'POST', `/tasks/${first.id}/documents`, { path, content: randomBytes(100_000).toString('hex') })).status,
    ).toBe(201)
  }

  const ada = await joinByLink(browser, `${elsewhere.url}${new URL(host.link).hash}`)
  await expect(ada.page.getByText('Written before')).toBeVisible()
  expect((await call(agent, 'POST', '/tasks', { title: 'Written after' })).status).toBe(201)
  await expect(ada.page.getByText('Written after')).toBeVisible()

  await ada.page.evaluate(() => {
    window.worknode.replica.transact('New task', (tx) =>
      tx.create({ type: 'task', number: 77, fields: [['title', 'Written by a person']] }),
    )
  })
  const titles = async (): Promise<string[]> =>
    ((await (await call(agent, 'GET', '/tasks')).json()) as { title: string }[]).map(({ title }) => title)
  await expect.poll(titles).toContain('Written by a person')
  expect(await stateHash(ada.page)).toMatch(/^[0-9a-f]{64}$/)
  // It ends as any host does, and leaves nothing running.
  expect(await host.stop()).toBe(0)
})
