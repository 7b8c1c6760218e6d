/**
 * Three projects: `unit` (Node: units, properties, contracts, bounded simulation, rules), `browser` (the same kind of test in a
 * real Chromium, for IndexedDB, WebCrypto, workers and WebRTC) and `dist` (what the build must be). No retries: a flaky test is a bug.
 */
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.mjs'
import { alias } from './vite.config.ts'

const executablePath = findChromium()

const { FC_SEED = '20261122', FC_RUNS } = process.env
const fastCheck = { ...(FC_SEED === 'random' ? {} : { seed: Number(FC_SEED) }), ...(FC_RUNS ? { numRuns: Number(FC_RUNS) } : {}) }

export default defineConfig({
  resolve: { alias },
  test: {
    retry: 0,
    provide: { fastCheck },
    // How long a test waits before what it waits for counts as missing: not a measure.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'bench/**/*.test.ts'],
          exclude: ['src/**/*.browser.test.*', 'src/**/*.dist.test.*'],
          setupFiles: ['src/rules/fast-check.setup.ts'],
          testTimeout: 120_000,
          // Else a style sheet that is read as text is an empty one.
          css: { include: /\/scenario\/app\// },
        },
      },
      {
        extends: true,
        // Whole programs are started, on a machine that is busy.
        test: { name: 'dist', environment: 'node', include: ['src/**/*.dist.test.ts'], testTimeout: 180_000 },
      },
      {
        extends: true,
        // Found while tests run, a package would be bundled then and the page loaded anew under the test's feet.
        optimizeDeps: { entries: ['src/**/*.browser.test.{ts,tsx}', 'src/**/*.contract.ts', 'src/hosts/*-worker.ts'] },
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.ts', 'src/**/*.browser.test.tsx'],
          setupFiles: ['src/rules/fast-check.setup.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { args: CHROMIUM_FLAGS, ...(executablePath ? { executablePath } : {}) } }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
})
