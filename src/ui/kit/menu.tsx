/**
 * A menu, after the menu pattern of the ARIA guide: one item has the focus, arrows and first letters move it, Enter chooses,
 * Escape closes one menu, Tab or a press elsewhere closes all. It stands in the browser's top layer, beside its anchor.
 */

import { Check, ChevronRight } from 'lucide-react'
import {
  createContext,
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  use,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import css from './menu.module.css'

/** An element, or a point that the pointer was at. */
export interface Anchor {
  getBoundingClientRect(): DOMRect
}

interface MenuProps {
  readonly label: string
  readonly anchor: Anchor
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Closes all menus that are open, from the inside. */
const CloseContext = createContext<() => void>(() => undefined)

export function Menu({ label, anchor, onClose, children }: MenuProps) {
  const menu = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      if (!menu.current?.contains(event.target as Node)) onClose()
    }
    document.addEventListener('pointerdown', outside, true)
    return () => document.removeEventListener('pointerdown', outside, true)
  }, [onClose])
  return (
    <CloseContext value={onClose}>
      <div ref={menu} role="none">
        <Sheet label={label} anchor={anchor} side="below" enter onClose={onClose}>
          {children}
        </Sheet>
      </div>
    </CloseContext>
  )
}

interface MenuItemProps {
  readonly icon: ReactNode
  /** The whole name, where the visible words lean on the menu's. */
  readonly name?: string
  readonly hint?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  /** Set for an item that is on or off; choosing it leaves the menu open. */
  readonly checked?: boolean
  readonly onChoose: () => void
  readonly children: string
}

export function MenuItem({ icon, name, hint, danger, disabled, checked, onChoose, children }: MenuItemProps) {
  const close = use(CloseContext)
  const choose = (): void => {
    if (disabled) return
    if (checked === undefined) close()
    onChoose()
  }
  return (
    <button
      type="button"
      role={checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
      aria-checked={checked}
      aria-disabled={disabled || undefined}
      aria-label={name}
      className={css['item']}
      data-danger={danger || undefined}
      tabIndex={-1}
      onPointerEnter={(event) => event.currentTarget.focus()}
      onClick={choose}
    >
      {icon}
      <span className={css['text']}>{children}</span>
      {hint === undefined ? null : (
        <span className={css['hint']} aria-hidden>
          {hint}
        </span>
      )}
      {checked === true ? <Check size={14} aria-hidden /> : null}
    </button>
  )
}

/** The way from an item to the menu beside it may lead over other items; it stays open for that long. */
const DETOUR_MS = 250

/** An item that opens a menu beside itself: by pointing at it, or, going into it, by choosing it or the right arrow. */
export function Submenu({
  icon,
  title,
  children,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly children: ReactNode
}) {
  const trigger = useRef<HTMLButtonElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined)
  const [open, setOpen] = useState<'no' | 'shown' | 'entered'>('no')
  useEffect(() => () => clearTimeout(leaving.current), [])
  const leave = (event: FocusEvent): void => {
    if (box.current?.contains(event.relatedTarget)) return
    leaving.current = setTimeout(() => {
      if (!box.current?.contains(document.activeElement)) setOpen('no')
    }, DETOUR_MS)
  }
  return (
    <div ref={box} role="none" onBlur={leave}>
      <button
        ref={trigger}
        type="button"
        role="menuitem"
        aria-haspopup="menu"
        aria-expanded={open !== 'no'}
        className={css['item']}
        tabIndex={-1}
        onPointerEnter={(event) => {
          event.currentTarget.focus()
          if (event.pointerType === 'mouse') setOpen((now) => (now === 'no' ? 'shown' : now))
        }}
        onClick={() => setOpen('entered')}
        onKeyDown={(event) => {
          if (event.key === 'ArrowRight') setOpen('entered')
        }}
      >
        {icon}
        <span className={css['text']}>{title}</span>
        <ChevronRight size={14} aria-hidden />
      </button>
      {open === 'no' ? null : (
        <Sheet
          label={title}
          anchor={{ getBoundingClientRect: () => trigger.current?.getBoundingClientRect() ?? new DOMRect() }}
          side="beside"
          enter={open === 'entered'}
          onClose={() => {
            setOpen('no')
            trigger.current?.focus()
          }}
        >
          {children}
        </Sheet>
      )}
    </div>
  )
}

interface SheetProps {
  readonly label: string
  readonly anchor: Anchor
  readonly side: 'below' | 'beside'
  /** Whether the focus goes into it. */
  readonly enter: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

function Sheet({ label, anchor, side, enter, onClose, children }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null)
  const closeAll = use(CloseContext)
  const place = useEffectEvent((element: HTMLElement) => standBeside(element, anchor.getBoundingClientRect(), side))
  useLayoutEffect(() => {
    const element = sheet.current
    if (!element) return undefined
    element.showPopover()
    place(element)
    return () => element.hidePopover()
  }, [])
  useEffect(() => {
    if (enter && sheet.current) itemsOf(sheet.current)[0]?.focus()
  }, [enter])
  const onKeyDown = (event: KeyboardEvent): void => {
    const element = sheet.current
    // A menu inside handles its own keys.
    if (!element || (event.target as Element).closest('[role="menu"]') !== element) return
    if (event.key === 'Tab') closeAll()
    else if (event.key === 'Escape' || (event.key === 'ArrowLeft' && side === 'beside')) onClose()
    else if (!moveFocus(itemsOf(element), event)) return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div ref={sheet} popover="manual" role="menu" tabIndex={-1} aria-label={label} className={css['menu']} onKeyDown={onKeyDown}>
      {children}
    </div>
  )
}

function itemsOf(sheet: Element): HTMLElement[] {
  return [...sheet.querySelectorAll<HTMLElement>('[role^="menuitem"]')].filter((item) => item.closest('[role="menu"]') === sheet)
}

/** Arrows, Home, End, and letters for the next item that begins with them; answers whether the key was one of these. */
function moveFocus(items: readonly HTMLElement[], { key, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const at = items.findIndex((item) => item === document.activeElement)
  const wrap = (index: number): HTMLElement | undefined => items[(index + items.length) % items.length]
  if (key === 'ArrowDown') wrap(at + 1)?.focus()
  else if (key === 'ArrowUp') wrap(at < 0 ? -1 : at - 1)?.focus()
  else if (key === 'Home') items[0]?.focus()
  else if (key === 'End') items.at(-1)?.focus()
  else if (key.length === 1 && key !== ' ' && !ctrlKey && !metaKey && !altKey) {
    const next = [...items.slice(at + 1), ...items.slice(0, at + 1)]
    next.find((item) => item.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus()
  } else return false
  return true
}

const GAP = 4
const MARGIN = 8

/** Below the anchor or to its right; on the other side where there is no room, and never outside of the page. */
function standBeside(element: HTMLElement, anchor: DOMRect, side: 'below' | 'beside'): void {
  const { width, height } = element.getBoundingClientRect()
  const across = side === 'beside' ? anchor.right - 2 : anchor.left
  const flipped = side === 'beside' ? anchor.left - width + 2 : anchor.right - width
  const left = across + width + MARGIN <= innerWidth ? across : flipped
  const down = side === 'beside' ? anchor.top - 5 : anchor.bottom + GAP
  const up = side === 'beside' ? innerHeight - height - MARGIN : anchor.top - height - GAP
  const top = down + height + MARGIN <= innerHeight ? down : up
  element.style.left = `${Math.min(Math.max(left, MARGIN), Math.max(MARGIN, innerWidth - width - MARGIN))}px`
  element.style.top = `${Math.min(Math.max(top, MARGIN), Math.max(MARGIN, innerHeight - height - MARGIN))}px`
}

export function MenuLine() {
  return <hr className={css['line']} />
}
