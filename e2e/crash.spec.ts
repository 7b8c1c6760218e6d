/**
 * A host that is killed again and again in the middle of writes. A write that was answered is there afterwards, whatever was killed
 * when, and a browser that was there all the time has the same state. `CRASHES=50` makes a campaign of it.
 */

import { setTimeout } from 'node:timers/promises'
import { addAgent, call, type OutsideAgent, worknode } from './agents-outside.ts'
import { expect, test } from './host.ts'
import { joinByLink, stateHash } from './people.ts'

const CRASHES = Number(process.env.CRASHES ?? 5)
const AGENTS = 3

test(`a host killed ${CRASHES} times while agents write has every write that it answered, and the state of a browser`, async ({
  browser,
  host,
}) => {
  test.setTimeout(60_000 + CRASHES * 8000)
  const ada = await joinByLink(browser, host.link)
  const agents: OutsideAgent[] = []
  for (let i = 0; i < AGENTS; i++) agents.push(await addAgent(host, `writer ${i}`))
  const answered: string[] = []
  let inFlight = 0

  /** Writes until the host is gone. */
  async function writes(agent: OutsideAgent, round: number): Promise<void> {
    for (let n = 0; ; n++) {
      const title = `${agent.name}, ${round}, ${n}`
      inFlight++
      // Gone in the middle: nobody knows whether it was written, and nothing was promised.
      const answer = await call(agent, 'POST', '/tasks', { title }).catch(() => null)
      inFlight--
      if (answer === null) return
      if (answer.status === 201) answered.push(title)
      else if (answer.status === 429) await setTimeout(100)
      else throw new Error(`${answer.status}: ${await answer.text()}`)
    }
  }

  let cut = 0
  for (let round = 0; round < CRASHES; round++) {
    const before = answered.length
    const writing = Promise.all(agents.map((agent) => writes(agent, round)))
    // No two rounds are killed at the same point of a write.
    await expect.poll(() => answered.length, { intervals: [5] }).toBeGreaterThan(before + (round % 7))
    await setTimeout((round * 13) % 40)
    cut += inFlight
    await host.kill()
    await writing
    await host.restart()
  }
  expect(cut).toBeGreaterThan(0)
  const titles = (): Promise<string[]> =>
    ada.page.evaluate(() => {
      const { views } = window.worknode.replica
      return [...views.tasks()].map((id) => views.task(id)?.title ?? '')
    })
  await expect
    .poll(
      async () => {
        const there = new Set(await titles())
        return answered.filter((title) => !there.has(title))
      },
      { timeout: 60_000 },
    )
    .toEqual([])

  expect(await host.stop()).toBe(0)
  const file = test.info().outputPath('crashed.wnlog')
  await worknode('export', '--data', host.dataDir, '--log', file)
  const report = await worknode('verify', file)
  expect(await stateHash(ada.page)).toBe(/^state +([0-9a-f]{64})$/m.exec(report)?.[1])
  test
    .info()
    .annotations.push({ type: 'crashes', description: `${CRASHES}, with ${answered.length} writes answered, ${cut} cut off` })
})
