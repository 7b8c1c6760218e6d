/** Somebody with a right who floods. Runs alone and untraced (`playwright.config.ts`): it compares times. */

import { expect } from './host.ts'
import { sameState } from './people.ts'
import { createTask, honest, hostilePage, linkOf, type Scene, test } from './threats/scene.ts'

test('a flooder slows honest people down by less than half, and is shown', async ({ browser, host, site }) => {
  const scene = await honest(browser, host)
  const spare = await createTask(scene.ada.page, 'spare')
  await sameState(scene.ada.page, scene.bob.page)
  const agent = await hostilePage(browser, site, await linkOf(scene.ada.page, { kind: 'agent' }))
  // Signed beforehand: a flooder has a machine of its own, and this one is for the honest.
  await agent.page.evaluate((task) => window.hostile.prepare(task, 20_000), spare)
  await agent.page.evaluate(() => window.hostile.connect(2))
  const calm = await timesOf(scene, 'calm')
  await agent.page.evaluate(() => void window.hostile.flood())
  await expect.poll(async () => (await agent.page.evaluate(() => window.hostile.state())).sent).toBeGreaterThan(200)
  const flooded = await timesOf(scene, 'flooded')
  const { sent } = await agent.page.evaluate(() => window.hostile.state())
  const taken = await scene.ada.page.evaluate(() => window.worknode.replica.history.count)
  console.log(
    `${EDITS} edits from one page to another: ${words(calm)}, and ${words(flooded)} under a flood of ${sent} batches, of which ${taken} were taken in`,
  )
  // The median: of the mean, whatever else runs on the machine has a part.
  expect(median(flooded)).toBeLessThan(median(calm) * 2)
  for (const { page } of [scene.ada, scene.bob])
    expect(await page.evaluate(() => window.worknode.replica.floods().map(({ actor }) => actor))).toEqual([agent.actor])
  await scene.ada.page.getByRole('link', { name: 'People 1 needs a decision' }).click()
  await expect(scene.ada.page.getByRole('listitem', { name: /writes far more than their rights allow for/ })).toBeVisible()
})

const EDITS = 200

const words = (times: readonly number[]): string =>
  `${times.reduce((sum, time) => sum + time, 0).toFixed(0)} ms, ${median(times).toFixed(1)} ms in the median`

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] as number
}

/** How long it takes until each of so many edits of Bob's, one after the other, is seen by Ada; milliseconds. */
async function timesOf({ ada, bob, task }: Scene, name: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < EDITS; i++) {
    const began = performance.now()
    const title = `${name} ${i}`
    const seen = ada.page.evaluate(
      ([id, title]) =>
        new Promise<void>((resolve) => {
          const { views } = window.worknode.replica
          const stop = views.on(id, look)
          look()
          function look(): void {
            if (views.task(id as never)?.title !== title) return
            resolve()
            stop()
          }
        }),
      [task, title] as const,
    )
    await bob.page.evaluate(([id, title]) => window.worknode.run('update_task', { id, title }), [task, title] as const)
    await seen
    times.push(performance.now() - began)
  }
  return times
}
