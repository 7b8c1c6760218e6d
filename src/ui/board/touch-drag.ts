/**
 * Dragging with a finger. Browsers differ in whether a long press drags, selects or opens a menu of theirs; here it is the same in all
 * of them. A card that is held is lifted and goes with the finger, and the board scrolls under it at its edges; let go where it lay,
 * it shows its menu. A finger that moves at once scrolls, as ever.
 *
 * What the finger does is said in drag events, so that all others are told what a mouse would tell them (`drag.ts`).
 */

const HOLD_MS = 350
/** A finger that lies still trembles by this much. */
const STILL_PX = 8
/** So near to its edge a box scrolls, by so much a frame. */
const EDGE_PX = 44
const SCROLL_PX = 10

interface Point {
  readonly x: number
  readonly y: number
}

interface Liftable {
  readonly card: HTMLElement
  mayDrag(): boolean
  /** Held, and let go where it was. */
  onHeld(at: Point): void
}

/** Answers what stops it; a drag under way goes on to its end. */
export function liftByTouch({ card, mayDrag, onHeld }: Liftable): () => void {
  const listening = new AbortController()
  const { signal } = listening
  let timer: ReturnType<typeof setTimeout> | undefined
  let begun: Point | null = null
  let lifted: Lifted | null = null
  let isGone = false

  function letGo(): Lifted | null {
    clearTimeout(timer)
    const last = lifted
    begun = lifted = null
    if (isGone) listening.abort()
    return last
  }

  card.addEventListener(
    'touchstart',
    (event) => {
      letGo()?.cancel()
      const at = pointOf(event)
      if (event.touches.length > 1 || isOnButton(event) || !mayDrag()) return
      begun = at
      timer = setTimeout(() => (lifted = lift(card, at)), HOLD_MS)
    },
    { signal, passive: true },
  )
  card.addEventListener(
    'touchmove',
    (event) => {
      if (lifted) {
        // Else the browser scrolls, and takes the finger away from us.
        event.preventDefault()
        lifted.move(pointOf(event))
      } else if (begun && !isNear(begun, pointOf(event))) letGo()
    },
    { signal, passive: false },
  )
  card.addEventListener(
    'touchend',
    (event) => {
      const last = letGo()
      if (!last) return
      // No click follows.
      event.preventDefault()
      if (last.hasMoved) return last.drop()
      last.cancel()
      onHeld(last.at)
    },
    { signal, passive: false },
  )
  card.addEventListener('touchcancel', () => letGo()?.cancel(), { signal })
  // The browser's own answers to a long press.
  for (const own of ['contextmenu', 'dragstart'])
    card.addEventListener(
      own,
      (event) => {
        if (!begun || !event.isTrusted) return
        event.preventDefault()
        event.stopPropagation()
      },
      { signal, capture: true },
    )
  return () => {
    isGone = true
    if (lifted === null) letGo()
  }
}

interface Lifted {
  readonly at: Point
  readonly hasMoved: boolean
  move(to: Point): void
  drop(): void
  cancel(): void
}

function lift(card: HTMLElement, from: Point): Lifted {
  const dataTransfer = new DataTransfer()
  const lifting = new AbortController()
  // Pointers that move without a mouse dragging are what the library takes for a drag that the browser has lost.
  addEventListener('pointermove', (event) => event.stopImmediatePropagation(), { capture: true, signal: lifting.signal })
  const ghost = ghostOf(card)
  let at = from
  let hasMoved = false
  let over: Element | null = null
  say('dragstart', card)
  let frame = requestAnimationFrame(tick)

  function say(type: string, target: Element): void {
    const place = { clientX: at.x, clientY: at.y }
    target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, composed: true, dataTransfer, ...place }))
  }

  function tick(): void {
    if (hasMoved) {
      scrollUnder(at)
      hover()
    }
    frame = requestAnimationFrame(tick)
  }

  function hover(): Element {
    const target = under(at)
    if (target !== over) say('dragenter', target)
    over = target
    say('dragover', target)
    return target
  }

  function end(): void {
    cancelAnimationFrame(frame)
    ghost.remove()
    delete document.documentElement.dataset['lifted']
    // After the last word: the library cleans up with it.
    say('dragend', document.body)
    lifting.abort()
  }

  document.documentElement.dataset['lifted'] = ''
  return {
    get at() {
      return at
    },
    get hasMoved() {
      return hasMoved
    },
    move(to) {
      hasMoved ||= !isNear(from, to)
      at = to
      ghost.style.translate = `${to.x - from.x}px ${to.y - from.y}px`
    },
    drop() {
      say('drop', hover())
      end()
    },
    cancel: end,
  }
}

/** A likeness of the card, which goes with the finger. */
function ghostOf(card: HTMLElement): HTMLElement {
  const { left, top, width } = card.getBoundingClientRect()
  const ghost = card.cloneNode(true) as HTMLElement
  ghost.inert = true
  ghost.dataset['ghost'] = ''
  Object.assign(ghost.style, { left: `${left}px`, top: `${top}px`, width: `${width}px` })
  document.body.append(ghost)
  return ghost
}

/** Scrolls every box under the finger that the finger is at an edge of. */
function scrollUnder(at: Point): void {
  for (let box: Element | null = under(at); box; box = box.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(box)
    const { left, right, top, bottom } = box.getBoundingClientRect()
    if (overflowX !== 'visible' && box.scrollWidth > box.clientWidth) box.scrollLeft += pull(at.x, left, right)
    if (overflowY !== 'visible' && box.scrollHeight > box.clientHeight) box.scrollTop += pull(at.y, top, bottom)
  }
}

function pull(at: number, from: number, to: number): number {
  if (at < from + EDGE_PX) return -SCROLL_PX
  return at > to - EDGE_PX ? SCROLL_PX : 0
}

function under({ x, y }: Point): Element {
  return document.elementFromPoint(x, y) ?? document.body
}

function pointOf({ touches, changedTouches }: TouchEvent): Point {
  const finger = touches[0] ?? changedTouches[0]
  return { x: finger?.clientX ?? 0, y: finger?.clientY ?? 0 }
}

function isNear(a: Point, b: Point): boolean {
  return Math.hypot(a.x - b.x, a.y - b.y) <= STILL_PX
}

function isOnButton({ target }: TouchEvent): boolean {
  return target instanceof Element && target.closest('button') !== null
}
