/**
 * How the site is cut into files. Left to itself the bundler makes a file of whatever two views share, a hundred of them, and over
 * HTTP/1.1 each asks for a turn on one of six connections. So there is one file for the first paint, a few for what every board needs,
 * one for what views share, and one a view; what only one view needs stays with it.
 */

/** What an open workspace loads in any case, and at the same time. */
const BOARD = ['src/ui/shell/shell.tsx', 'src/hosts/workspaces.ts', 'src/hosts/network.ts']

/** Before minifying; it comes out as about 30 KiB gzipped, and the budget of a late chunk is 40. */
const BOARD_CHUNK = 192 * 1024

/**
 * @param {string} root the folder of the sources
 * @param {string[]} entries what the page loads: they stay by themselves, so that the manifest still names them
 * @returns {import('vite').Rolldown.CodeSplittingOptions}
 */
export function chunks(root, ...entries) {
  const inRoot = (/** @type {string} */ id) => id.replaceAll('\\', '/').slice(root.length)
  /** @type {Set<string> | undefined} */
  let board
  return {
    groups: [
      { name: 'first', tags: ['$initial'], test: (id) => !entries.includes(inRoot(id)) },
      {
        debugName: 'board',
        name: (id, graph) =>
          (board ??= reachable(
            graph,
            BOARD.map((path) => root + path),
          )).has(id)
            ? 'board'
            : null,
        maxSize: BOARD_CHUNK,
      },
      { name: 'shared', test: (id) => /^(?:src\/ui\/|node_modules\/lucide-react\/)/.test(inRoot(id)), minShareCount: 3 },
    ],
  }
}

/**
 * What is imported statically, from any of `entries` on.
 * @param {import('vite').Rolldown.ChunkingContext} graph
 * @param {string[]} entries
 */
function reachable(graph, entries) {
  const reached = new Set(entries)
  for (const id of reached) for (const next of graph.getModuleInfo(id)?.importedIds ?? []) reached.add(next)
  return reached
}
