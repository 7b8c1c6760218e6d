/**
 * Rendezvous hashing: many who choose among the same things, without a word to each other, mostly choose different ones.
 *
 * Each ranks the things by a hash of thing and chooser, and takes the first. All know everybody's ranking, so the same hash
 * says who of several does something that is to be done once: whoever comes first, and the next if they do not.
 */

import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../base/bytes.ts'

/** Where the thing stands for this chooser: the lower comes first. Even over all things, and told by no other's. */
export function rendezvous(thing: string, chooser: string): string {
  return toHex(sha256(utf8(`${thing} ${chooser}`)).slice(0, 8))
}

/** The things in the order in which this chooser would take them. */
export function inOrderFor<T extends string>(things: Iterable<T>, chooser: string): T[] {
  return ordered(things, (thing) => rendezvous(thing, chooser))
}

/** The choosers in the order in which they come to this thing. */
export function inOrderOf<T extends string>(choosers: Iterable<T>, thing: string): T[] {
  return ordered(choosers, (chooser) => rendezvous(thing, chooser))
}

function ordered<T extends string>(items: Iterable<T>, rankOf: (item: T) => string): T[] {
  return [...items]
    .map((item) => ({ item, rank: rankOf(item) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : a.item < b.item ? -1 : 1))
    .map(({ item }) => item)
}
