/** End to end, in a real Chromium, against the built host. Each test starts what it needs (`e2e/host.ts`); nothing is shared or retried. */
import { defineConfig } from '@playwright/test'
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.mjs'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  // How long nothing may happen before it counts as hanging, said here and nowhere else: not a measure. Two tests share two cores,
  // some of them build a site, and a machine may be busy with other things.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: [['list']],
  projects: [
    { name: 'side by side', testIgnore: 'flooder.spec.ts' },
    // Compares times, so nothing else may run, and no trace may be recorded. By itself: `--project alone --no-deps`.
    { name: 'alone', testMatch: 'flooder.spec.ts', dependencies: ['side by side'], use: { trace: 'off' } },
  ],
  use: {
    browserName: 'chromium',
    headless: true,
    // Without pictures: those of every frame cost a third of the time of all tests.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: { args: CHROMIUM_FLAGS, ...(executablePath ? { executablePath } : {}) },
  },
})
