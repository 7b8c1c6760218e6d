/**
 * Notices: short words about what just happened, with one way back. They are said to screen readers, stay a while, and
 * nothing depends on their being seen.
 */

import { announce } from '@atlaskit/pragmatic-drag-and-drop-live-region'
import { createEmitter } from '../base/emitter.ts'
import type { Refusal } from '../base/result.ts'
import type { Observable } from './session.ts'

export interface Notice {
  readonly id: number
  readonly text: string
  readonly tone: 'plain' | 'bad'
  readonly about: string | null
  /** Until somebody dismisses it, or it is taken away by `dismissAbout`. */
  readonly stays: boolean
  readonly action: { readonly label: string; readonly run: () => void } | null
}

const SHOWN = 3
const changed = createEmitter<void>()
let shown: readonly Notice[] = []
let last = 0

export const notices: Observable<readonly Notice[]> = { get: () => shown, subscribe: (listener) => changed.on(listener) }

interface NoticeOptions {
  readonly action?: Notice['action']
  readonly tone?: Notice['tone']
  /** A newer notice about the same thing takes the place of the older. */
  readonly about?: string | null
  readonly stays?: boolean
}

export function notify(text: string, { action = null, tone = 'plain', about = null, stays = false }: NoticeOptions = {}): void {
  announce(text)
  const others = shown.filter((notice) => about === null || notice.about !== about)
  put(bounded([...others, { id: ++last, text, tone, action, about, stays }]))
}

/** An operation was refused: says why. */
export function notifyRefusal({ detail }: Refusal): void {
  notify(detail, { tone: 'bad' })
}

export function dismiss(id: number): void {
  put(shown.filter((notice) => notice.id !== id))
}

/** Its cause is gone. */
export function dismissAbout(about: string): void {
  if (shown.some((notice) => notice.about === about)) put(shown.filter((notice) => notice.about !== about))
}

/** The oldest go first, and what stays goes last. */
function bounded(all: readonly Notice[]): readonly Notice[] {
  const passing = all.filter(({ stays }) => !stays)
  const room = Math.max(1, SHOWN - (all.length - passing.length))
  const kept = new Set(passing.slice(-room))
  return all.filter((notice) => notice.stays || kept.has(notice))
}

function put(next: readonly Notice[]): void {
  shown = next
  changed.emit()
}
