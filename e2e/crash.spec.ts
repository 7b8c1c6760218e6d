/**
 * A host that is killed again and again in the middle of writes. A write that was answered is there afterwards, whatever was killed
 * when, and a browser that was there all the time has the same state. One that was cut off is sent again under its key, and is there
 * once, whether it had been done or not. `CRASHES=50` makes a campaign of it.
 */

import { setTimeout } from 'node:timers/promises'
import { addAgent, call, type OutsideAgent, worknode } from './agents-outside.ts'
import { expect, test } from './host.ts'
import { joinByLink, stateHash } from './people.ts'

const CRASHES = Number(process.env.CRASHES ?? 5)
const AGENTS = 3

test(`a host killed ${CRASHES} times while agents write has every write that it answered, each once, and the state of a browser`, async ({
  browser,
  host,
}) => {
  test.setTimeout(test.info().timeout + CRASHES * 8000)
  const ada = await joinByLink(browser, host.link)
  const agents: OutsideAgent[] = []
  for (let i = 0; i < AGENTS; i++) agents.push(await addAgent(host, `writer ${i}`))
  const answered: string[] = []
  const cut: { readonly agent: OutsideAgent; readonly title: string }[] = []
  let repeated = 0
  let doneBefore = 0

  function write(agent: OutsideAgent, title: string): Promise<Response> {
    return call(agent, 'POST', '/tasks', { title }, { 'Idempotency-Key': title })
  }

  /** Writes until the host is gone. */
  async function writes(agent: OutsideAgent, round: number): Promise<void> {
    for (let n = 0; ; n++) {
      const title = `${agent.name}, ${round}, ${n}`
      // Gone in the middle: nobody knows whether it was written, and nothing was promised.
      const answer = await write(agent, title).catch(() => null)
      if (answer === null) return void cut.push({ agent, title })
      if (answer.status === 201) answered.push(title)
      else if (answer.status === 429) await setTimeout(Number(answer.headers.get('Retry-After')) * 1000)
      else throw new Error(`${answer.status}: ${await answer.text()}`)
    }
  }

  for (let round = 0; round < CRASHES; round++) {
    const before = answered.length
    const writing = Promise.all(agents.map((agent) => writes(agent, round)))
    // No two rounds are killed at the same point of a write.
    await expect.poll(() => answered.length, { intervals: [5] }).toBeGreaterThan(before + (round % 7))
    await setTimeout((round * 13) % 40)
    await host.kill()
    await writing
    await host.restart()
    for (const { agent, title } of cut.splice(0)) {
      const again = await write(agent, title)
      expect(again.status).toBe(201)
      repeated++
      if (again.headers.get('Idempotent-Replayed') === 'true') doneBefore++
      answered.push(title)
    }
  }
  expect(repeated).toBeGreaterThan(0)
  const titles = (): Promise<string[]> =>
    ada.page.evaluate(() => {
      const { views } = window.worknode.replica
      return [...views.tasks()].map((id) => views.task(id)?.title ?? '')
    })
  await expect
    .poll(async () => {
      const there = new Set(await titles())
      return answered.filter((title) => !there.has(title))
    })
    .toEqual([])
  const there = await titles()
  expect(there.filter((title, i) => there.indexOf(title) !== i)).toEqual([])

  expect(await host.stop()).toBe(0)
  const file = test.info().outputPath('crashed.wnlog')
  await worknode('export', '--data', host.dataDir, '--log', file)
  const report = await worknode('verify', file)
  expect(await stateHash(ada.page)).toBe(/^state +([0-9a-f]{64})$/m.exec(report)?.[1])
  test.info().annotations.push({
    type: 'crashes',
    description: `${CRASHES}, with ${answered.length} writes answered; of ${repeated} cut off and sent again, ${doneBefore} were there`,
  })
})
