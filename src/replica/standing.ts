/**
 * What this actor may, here and now: the capabilities that it holds and that are live, and which of them fits a change.
 * A courtesy: the fold judges again, on every replica.
 */

import type { Authority } from '../core/authority.ts'
import type { Capability } from '../core/capability-registry.ts'
import type { Edit, Right } from '../core/change.ts'
import type { ActorKey } from '../core/ids.ts'
import { type Facts, scopeFault } from '../core/scope.ts'
import type { State } from './state.ts'

/** What the answer hangs on; `authorityVersion` grows with every change to who may what. */
interface StandingIn {
  readonly state: State
  readonly ports: { readonly now: () => number }
  readonly authorityVersion: number
}

export class Standing {
  readonly #shared: StandingIn
  readonly #actor: ActorKey
  #held: readonly Capability[] = []
  #version = -1

  constructor(shared: StandingIn, actor: ActorKey) {
    this.#shared = shared
    this.#actor = actor
  }

  /** The live capabilities of this actor, the most senior first. */
  get held(): readonly Capability[] {
    const { state, authorityVersion } = this.#shared
    if (this.#version !== authorityVersion) this.#held = liveOf(state.authority, this.#actor)
    this.#version = authorityVersion
    return this.#held
  }

  /** Whether this actor has the right on nodes like this one: of that type where nothing more is known. */
  may(right: Right, about: string | Facts): boolean {
    return this.#with(right, about) !== null
  }

  /** The capability to cite for an edit, or null. */
  forEdit(edit: Edit): Capability | null {
    const ms = this.#ms()
    return this.held.find((capability) => this.#shared.state.judge.admits(capability, edit, ms)) ?? null
  }

  /** The most senior capability with a right that is about no node, or null. */
  forAuthority(right: Right): Capability | null {
    const ms = this.#ms()
    return this.held.find((capability) => scopeFault(capability.cited, right, null, ms) === null) ?? null
  }

  /** Whether it is a live capability of this actor's, with a right that is about no node. */
  mayCite(id: string, right: Right): boolean {
    const ms = this.#ms()
    return this.held.some((capability) => capability.id === id && scopeFault(capability.cited, right, null, ms) === null)
  }

  #with(right: Right, about: string | Facts): Capability | null {
    const ms = this.#ms()
    const fits = ({ cited }: Capability): boolean => {
      // What one says of oneself lies in no scope but time and right.
      if (typeof about !== 'string') return scopeFault(cited, right, about.type === 'person' ? null : about, ms) === null
      return scopeFault(cited, right, null, ms) === null && (about === 'person' || (cited.types?.has(about) ?? true))
    }
    return this.held.find(fits) ?? null
  }

  /** What is written next is later than all that is here. */
  #ms(): number {
    const { state, ports } = this.#shared
    return Math.max(ports.now(), state.history.latest[0])
  }
}

export function liveOf(authority: Authority, actor: ActorKey): readonly Capability[] {
  return authority.registry
    .heldBy(actor)
    .filter((capability) => authority.isLive(capability))
    .toSorted((a, b) => a.rank - b.rank)
}
