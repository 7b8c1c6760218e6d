import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyUpdate, Doc, encodeStateAsUpdate, mergeUpdates } from 'yjs'
import { carryOver, piecesOf, type Splice, spliceBetween } from './text-pieces.ts'

const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '𝄞', 'é'), maxLength: 12 })

test('the splice between two texts makes one of the other and parts no character', () => {
  fc.assert(
    fc.property(words, words, (before, after) => {
      const splice = spliceBetween(before, after)
      expect(apply(before, splice)).toBe(after)
      for (const part of [before.slice(0, splice.at), splice.insert]) expect(isWhole(part)).toBe(true)
    }),
  )
})

test('words carried over to a text that changed meanwhile are all there, and what others wrote stays', () => {
  fc.assert(
    fc.property(words, words, fc.nat(12), fc.nat(12), (base, typed, at, other) => {
      const [here, there] = [Math.min(at, base.length), Math.min(other, base.length)]
      fc.pre([here, there].every((cut) => isWhole(base.slice(0, cut))))
      const mine = base.slice(0, here) + typed + base.slice(here)
      const theirs = `${base.slice(0, there)}<others>${base.slice(there)}`
      const merged = apply(theirs, carryOver(base, mine, theirs))
      expect(merged).toContain('<others>')
      expect(merged.length).toBe(theirs.length + typed.length)
    }),
  )
})

test('an update cut in pieces says the same, in order', () => {
  const doc = new Doc({ gc: false })
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const text = doc.getText('t')
  text.insert(0, 'end')
  text.insert(0, '𝄞'.repeat(100_001))
  text.insert(5, 'x'.repeat(70_000))
  text.delete(1000, 50_000)
  const pieces = piecesOf(mergeUpdates(updates))
  expect(pieces.length).toBeGreaterThan(4)
  const other = new Doc({ gc: false })
  for (const piece of pieces) {
    expect(piece.length).toBeLessThan(200_000)
    applyUpdate(other, piece)
    expect(other.store.pendingStructs).toBeNull()
  }
  expect(other.getText('t').toString() === text.toString()).toBe(true)
  expect(encodeStateAsUpdate(other).length).toBe(encodeStateAsUpdate(doc).length)
})

function apply(text: string, { at, remove, insert }: Splice): string {
  return text.slice(0, at) + insert + text.slice(at + remove)
}

/** Whether no surrogate stands alone: those do not survive UTF-8. */
function isWhole(text: string): boolean {
  return new TextDecoder().decode(new TextEncoder().encode(text)) === text
}
