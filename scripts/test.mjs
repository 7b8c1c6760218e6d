/**
 * Everything that must be green, in order, each step to its end; the last line is `N passed, N failed`. Tests count one each, a
 * tool counts one. `npm test -- unit lint` runs the named steps only; `npm test -- --list` names them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './build.mjs'
import { ensureChromium } from './chromium.mjs'
import { ensurePython } from './python.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ name: string, what: string, needs?: 'build', run: () => Counts }} Step */

const reports = mkdtempSync(join(tmpdir(), 'worknode-test-'))

/** @type {Step[]} */
const steps = [
  { name: 'types', what: 'types', run: () => tool('typescript', 'tsc', ['-p', '.']) },
  { name: 'lint', what: 'lint', run: () => tool('oxlint', 'oxlint', []) },
  { name: 'format', what: 'format', run: () => tool('oxfmt', 'oxfmt', ['--check']) },
  { name: 'dead', what: 'dead code', run: () => tool('knip', 'knip', []) },
  { name: 'unit', what: 'units, properties, contracts, simulation, layers', run: () => vitest('unit') },
  { name: 'python', what: 'the Python client', run: python },
  { name: 'build', what: 'build of the site and the host', run: () => node([join('scripts', 'build.mjs')]) },
  { name: 'dist', what: 'bundle budget', needs: 'build', run: () => vitest('dist') },
  { name: 'browser', what: 'tests in Chromium', run: () => vitest('browser') },
  { name: 'e2e', what: 'end to end', needs: 'build', run: playwright },
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  for (const { name, what } of steps) say(`${name.padEnd(8)} ${what}`)
  process.exit(unknown.includes('--list') ? 0 : 1)
}

const total = { passed: 0, failed: 0, skipped: 0 }
/** @type {string[]} */
const failures = []
const chosen = steps.filter(({ name }) => asked.length === 0 || asked.includes(name))

if (chosen.some(({ name }) => ['unit', 'dist', 'browser', 'e2e'].includes(name))) {
  try {
    process.env.WORKNODE_CHROMIUM = ensureChromium(say)
    say(`Chromium: ${process.env.WORKNODE_CHROMIUM}`)
  } catch (error) {
    // The tests that need no browser still run; those that do fail and are counted.
    say(error instanceof Error ? error.message : String(error))
  }
}

for (const [index, step] of chosen.entries()) {
  say(`\n── ${index + 1}/${chosen.length} ${step.name}: ${step.what}`)
  const startedAt = Date.now()
  const counts = step.needs === 'build' && failures.includes('build') ? notRun() : step.run()
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
  if (counts.failed > 0) failures.push(step.name)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  say(`── ${step.name}: ${counts.failed > 0 ? 'FAILED' : 'ok'}, ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`)
}

rmSync(reports, { recursive: true, force: true })
say('')
if (failures.length > 0) say(`failed: ${failures.join(', ')}`)
if (total.skipped > 0) say(`skipped: ${total.skipped}`)
process.exitCode = total.failed > 0 ? 1 : 0
say(`${total.passed} passed, ${total.failed} failed`)

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`)
}

function notRun() {
  say('not run: the build failed')
  return { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Counts}
 */
function node(args, env = {}) {
  const { status, signal, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  })
  if (signal) say(`ended by ${signal}`)
  if (error) say(error.message)
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function tool(name, command, args, env = {}) {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return node([join(folder, bin[command]), ...args], env)
}

/** @param {string} project */
function vitest(project) {
  const report = join(reports, `${project}.json`)
  const ran = tool('vitest', 'vitest', [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  return counted(ran, report, (json) => ({
    passed: json.numPassedTests,
    failed: json.numFailedTests,
    skipped: json.numPendingTests + json.numTodoTests,
  }))
}

function playwright() {
  const report = join(reports, 'e2e.json')
  const ran = tool('@playwright/test', 'playwright', ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report })
  return counted(ran, report, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
    skipped: stats.skipped,
  }))
}

/** @returns {Counts} */
function python() {
  const report = join(reports, 'python.xml')
  let found
  try {
    found = ensurePython(say)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return { passed: 0, failed: 1, skipped: 0 }
  }
  if (!found) {
    say('SKIPPED: there is no Python here, so the Python client is not tested')
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const { status } = spawnSync(found, ['-B', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', `--junitxml=${report}`], {
    cwd: join(root, 'clients', 'python'),
    stdio: 'inherit',
  })
  const count = (/** @type {string} */ name, /** @type {string} */ xml) =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0)
  const xml = existsSync(report) ? readFileSync(report, 'utf8') : ''
  const [skipped, broken] = [count('skipped', xml), count('failures', xml) + count('errors', xml)]
  const passed = count('tests', xml) - skipped - broken
  return { passed, failed: Math.max(broken, status === 0 ? 0 : 1, passed === 0 ? 1 : 0), skipped }
}

/**
 * What the report counts. A run that failed without a failed test (a file that does not load, an error outside of any test, no
 * tests at all) counts as one failure, and so does a report that is missing or counts nothing.
 * @param {Counts} ran
 * @param {string} report
 * @param {(json: any) => Counts} read
 * @returns {Counts}
 */
function counted(ran, report, read) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 }
  const counts = read(JSON.parse(readFileSync(report, 'utf8')))
  return { ...counts, failed: Math.max(counts.failed, ran.failed, counts.passed === 0 ? 1 : 0) }
}
