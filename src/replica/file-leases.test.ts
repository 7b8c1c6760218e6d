import { expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import type { WorkNode } from '../core/fold.ts'
import { globsIntersect } from '../core/glob.ts'
import type { NodeId } from '../core/ids.ts'
import { FileLeases } from './file-leases.ts'

const GLOBS = ['src/**', 'src/api/*.ts', 'src/ui/**', 'docs/*.md', '**/*.md', 'src/api/x.ts']

function node(id: string, files: readonly string[], isHeld: boolean): WorkNode {
  const work = { runs: [], holder: isHeld ? 'run' : null, candidates: [], accepted: null, status: null, since: null, shown: null }
  return { id, registers: {}, sets: { files: Object.fromEntries(files.map((file) => [file, [1]])) }, work } as never
}

test('whatever comes, goes and changes, each knows exactly those it overlaps, and whoever changes by it is told', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed)
    const leases = new FileLeases()
    const there = new Map<string, readonly string[]>()
    const overlaps = (id: string): string[] => {
      const files = there.get(id) ?? []
      return [...there].flatMap(([other, theirs]) =>
        other !== id && files.some((a) => theirs.some((b) => globsIntersect(a, b))) ? [other] : [],
      )
    }
    for (let step = 0; step < 60; step++) {
      const id = `task ${Math.floor(random() * 6)}`
      const files = GLOBS.filter(() => random() < 0.3)
      const isHeld = random() < 0.7
      const before = new Map([...there.keys()].map((other) => [other, overlaps(other)]))
      if (isHeld && files.length > 0) there.set(id, files)
      else there.delete(id)
      const told = random() < 0.1 && !isHeld ? leases.remove(id as NodeId) : leases.take(node(id, files, isHeld))
      for (let n = 0; n < 6; n++) {
        const other = `task ${n}`
        const now = overlaps(other)
        expect([...leases.overlapsOf(other as NodeId)].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
          now.toSorted((a, b) => (a < b ? -1 : 1)),
        )
        if (other !== id && now.join() !== (before.get(other) ?? []).join() && now.length !== (before.get(other) ?? []).length)
          expect(told).toContain(other)
      }
    }
  }
})
