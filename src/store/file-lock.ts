/** One process at a time in a folder: a file that holds the process's number. What a dead process left behind is taken over. */

import { open, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'

/** Somebody else has the folder open. Recovery: stop the other process, or ask it. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
}

/** Held by this process. After a restart (in a container) our number may be that of the process before us. */
const held = new Set<string>()

/** Answers the function that frees the folder. */
export async function lockFolder(file: string): Promise<() => Promise<void>> {
  const path = resolve(file)
  for (let tries = 0; tries < 3; tries++) {
    if (held.has(path)) break
    try {
      const lock = await open(path, 'wx', 0o600)
      await lock.writeFile(String(process.pid))
      await lock.close()
      held.add(path)
      return async () => {
        held.delete(path)
        await rm(path, { force: true })
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''))
    if (owner !== process.pid && isAlive(owner)) {
      throw new FolderInUseError(
        `Process ${owner} has this workspace open. Stop it first; if it is not Worknode, delete ${path}.`,
      )
    }
    await rm(path, { force: true })
  }
  throw new FolderInUseError(`This process has the workspace open already (${path}).`)
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // There, but not ours to signal.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
