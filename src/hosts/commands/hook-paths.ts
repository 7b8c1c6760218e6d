/**
 * Where a file of a hook lies, as file patterns see it: below the project's root, with links followed. A link inside a folder that
 * an agent may write must not lead it out of there.
 */

import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

export interface Place {
  /** Below the root, with `/` between names; as it was given where it lies outside. */
  readonly path: string
  readonly verb: 'create' | 'update' | 'delete'
  readonly outside?: boolean
}

export function placeOf(path: string, cwd: string, root: string): Place {
  let real: string
  let below: string
  try {
    real = realOf(resolve(cwd, path))
    below = relative(realOf(resolve(cwd, root)), real)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    // Links in a circle, a file where a folder should be: nobody can say where it would end up.
    return { path, verb: 'update', outside: true }
  }
  const outside = below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)
  return outside
    ? { path, verb: 'update', outside }
    : { path: below.split(sep).join('/'), verb: existsSync(real) ? 'update' : 'create' }
}

/** The nearest folder above that Git knows as a work tree; without one, the folder itself. */
export function rootOf(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return folder
  }
}

/** Links are followed, those to what is not there yet as well; what is to be made lies where its folder is. */
function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    return isLink ? realOf(resolve(dirname(path), readlinkSync(path))) : join(realOf(dirname(path)), basename(path))
  }
}
