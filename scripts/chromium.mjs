/**
 * Where the browser of the tests is. Looked for in this order: what the caller names, Playwright's own, the usual places of the
 * system. `findChromium` only looks; `ensureChromium` also installs, Playwright's own first, then Debian's package.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from '@playwright/test'

/** Quiet, no sandbox (containers run as root), no QUIC and no background traffic: only what the tests ask for. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Local addresses go out as they are: resolving the .local names that hide them fails now and then on a busy machine.
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

/** @returns {string | undefined} */
export function findChromium() {
  return candidates().find(isExecutable)
}

/**
 * @param {(line: string) => void} say
 * @returns {string}
 */
export function ensureChromium(say) {
  const found = findChromium()
  if (found) return found
  say('no Chromium found: trying `playwright install chromium`')
  run(process.execPath, [join('node_modules', '@playwright', 'test', 'cli.js'), 'install', 'chromium'])
  const own = findChromium()
  if (own) return own
  if (process.platform === 'linux' && isExecutable('/usr/bin/apt-get')) {
    say("that did not work: trying Debian's package")
    const root = process.getuid?.() === 0
    const apt = (/** @type {string[]} */ ...args) => (root ? run('apt-get', args) : run('sudo', ['-n', 'apt-get', ...args]))
    if (apt('update')) apt('install', '-y', '--no-install-recommends', 'chromium')
    const packaged = findChromium()
    if (packaged) return packaged
  }
  throw new Error(
    'No Chromium: install one (`npx playwright install chromium`, or your system’s package), or name it in CHROMIUM.',
  )
}

/** @returns {string[]} */
function candidates() {
  const named = [process.env.WORKNODE_CHROMIUM, process.env.CHROMIUM, process.env.CHROME_PATH]
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map((name) => join(folder, name)),
    )
  const windows = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap((folder) =>
    folder
      ? [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Chromium', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]
      : [],
  )
  const usual = [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/snap/bin/chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]
  // An empty variable names nothing; Playwright's own is known even when it is not installed.
  return [...named, chromium.executablePath(), ...usual, ...onPath, ...windows]
    .filter((path) => path !== undefined)
    .filter((path) => path !== '')
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not there or not ours to run: either way the next place is tried.
    return false
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0
}
