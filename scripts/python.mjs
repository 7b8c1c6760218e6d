/**
 * Which Python tests the Python client: one that has what the tests need (`requests`, `pytest`). Looked for in this order: what the
 * caller names (PYTHON), the usual names; then an environment of its own in `build/python`, made with pip; then Debian's packages.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './build.mjs'

const OWN = join(root, 'build', 'python')
const OWN_PYTHON = process.platform === 'win32' ? join(OWN, 'Scripts', 'python.exe') : join(OWN, 'bin', 'python')
const NEEDS = ['requests', 'pytest']

/**
 * @param {(line: string) => void} say
 * @returns {string | undefined} Undefined where there is no Python, and none could be installed.
 */
export function ensurePython(say) {
  const ready = find(hasAll)
  if (ready) return ready
  const python = find(isNewEnough)
  if (python) {
    say(`${python} lacks ${NEEDS.join(' or ')}: making an environment with them in build/python`)
    if (run(python, ['-m', 'venv', OWN]) && run(OWN_PYTHON, ['-m', 'pip', 'install', '--quiet', ...NEEDS])) return OWN_PYTHON
  }
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get')) {
    say("that did not work: trying Debian's packages")
    const isRoot = process.getuid?.() === 0
    const apt = (/** @type {string[]} */ ...args) => (isRoot ? run('apt-get', args) : run('sudo', ['-n', 'apt-get', ...args]))
    if (apt('update')) apt('install', '-y', '--no-install-recommends', ...NEEDS.map((name) => `python3-${name}`))
    const packaged = find(hasAll)
    if (packaged) return packaged
  }
  if (python)
    throw new Error(`${python} has no ${NEEDS.join(', ')}, and they could not be installed: pip install ${NEEDS.join(' ')}`)
  return undefined
}

/**
 * @param {(python: string) => boolean} fits
 * @returns {string | undefined}
 */
function find(fits) {
  const named = process.env.PYTHON ? [process.env.PYTHON] : []
  return [...named, 'python3', 'python', '/usr/bin/python3', OWN_PYTHON].find(fits)
}

/** @param {string} python */
function isNewEnough(python) {
  return spawnSync(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status === 0
}

/** @param {string} python */
function hasAll(python) {
  return isNewEnough(python) && spawnSync(python, ['-c', `import ${NEEDS.join(', ')}`]).status === 0
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0
}
