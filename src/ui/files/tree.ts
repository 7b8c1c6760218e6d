/** Documents as a tree by path: folders and files as rows, in the order in which they are shown. Pure. */

import type { NodeId } from '../../core/ids.ts'

export interface FileEntry {
  readonly id: NodeId
  readonly path: string
}

export interface TreeRow {
  /** Of a folder its path with a slash behind it, of a file its id: names the row among all. */
  readonly key: string
  readonly name: string
  readonly level: number
  /** Null for a folder. */
  readonly id: NodeId | null
  /** Of a folder. */
  readonly open: boolean
  /** Its place among its siblings, from 1, and how many those are. */
  readonly place: number
  readonly siblings: number
}

interface Folder {
  readonly folders: Map<string, Folder>
  readonly files: FileEntry[]
}

/** Rows of what fits the filter; with one, every folder is open, since what is looked for is shown. */
export function treeRows(files: readonly FileEntry[], filter: string, closed: ReadonlySet<string>): readonly TreeRow[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  const fits = ({ path }: FileEntry): boolean => {
    const lower = path.toLowerCase()
    return words.every((word) => lower.includes(word))
  }
  const rows: TreeRow[] = []
  list(folderOf(words.length === 0 ? files : files.filter(fits)), '', 1, words.length > 0 ? NONE : closed, rows)
  return rows
}

const NONE: ReadonlySet<string> = new Set()

function folderOf(files: readonly FileEntry[]): Folder {
  const root = emptyFolder()
  for (const file of files) {
    let folder = root
    for (const name of file.path.split('/').slice(0, -1)) {
      const inner = folder.folders.get(name) ?? emptyFolder()
      folder.folders.set(name, inner)
      folder = inner
    }
    folder.files.push(file)
  }
  return root
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: [] }
}

/** Folders first, each by name. */
function list(folder: Folder, prefix: string, level: number, closed: ReadonlySet<string>, rows: TreeRow[]): void {
  const siblings = folder.folders.size + folder.files.length
  let place = 0
  for (const name of [...folder.folders.keys()].toSorted(byName)) {
    const key = `${prefix}${name}/`
    const open = !closed.has(key)
    rows.push({ key, name, level, id: null, open, place: ++place, siblings })
    if (open) list(folder.folders.get(name) as Folder, key, level + 1, closed, rows)
  }
  for (const { id, path } of folder.files.toSorted((a, b) => byName(a.path, b.path)))
    rows.push({ key: id, name: path.slice(prefix.length), level, id, open: false, place: ++place, siblings })
}

const names = new Intl.Collator('en', { numeric: true })

function byName(a: string, b: string): number {
  return names.compare(a, b)
}
