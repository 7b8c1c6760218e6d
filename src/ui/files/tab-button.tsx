import css from './document.module.css'

export type Tab = 'content' | 'preview' | 'history'
export const TAB_TITLE: Readonly<Record<Tab, string>> = { content: 'Content', preview: 'Preview', history: 'History' }

interface TabButtonProps {
  readonly tabs: readonly Tab[]
  readonly one: Tab
  readonly chosen: Tab
  readonly onChoose: (tab: Tab) => void
}

/** Arrow keys go from tab to tab, as everywhere. */
export function TabButton({ tabs, one, chosen, onChoose }: TabButtonProps) {
  return (
    <button
      type="button"
      role="tab"
      id={`document-tab-${one}`}
      aria-controls="document-panel"
      aria-selected={one === chosen}
      tabIndex={one === chosen ? 0 : -1}
      className={css['tab']}
      onClick={() => onChoose(one)}
      onKeyDown={(event) => {
        const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
        const next = step && tabs[(tabs.indexOf(one) + step + tabs.length) % tabs.length]
        if (!next) return
        event.preventDefault()
        onChoose(next)
        document.getElementById(`document-tab-${next}`)?.focus()
      }}
    >
      {TAB_TITLE[one]}
    </button>
  )
}
