import css from './start.module.css'

/** A small board between three peers, to look at. Rows: x, y, width of the title, colour. */
const CARDS: readonly (readonly [x: number, y: number, title: number, color: string])[] = [
  [24, 74, 76, 'var(--hue-5)'],
  [24, 132, 58, 'var(--hue-7)'],
  [24, 190, 70, 'var(--hue-3)'],
  [154, 74, 64, 'var(--hue-1)'],
  [154, 132, 74, 'var(--hue-6)'],
  [284, 74, 70, 'var(--hue-4)'],
]

const COLUMNS = [
  [14, 'var(--ink-faint)'],
  [144, 'var(--hue-2)'],
  [274, 'var(--good)'],
] as const

export function Picture() {
  return (
    <svg className={css['picture']} viewBox="0 0 408 330" fill="none" aria-hidden>
      {COLUMNS.map(([x, color]) => (
        <g key={x}>
          <rect x={x} y="30" width="120" height="270" rx="12" fill="var(--page)" stroke="var(--line)" />
          <circle cx={x + 18} cy="52" r="5" stroke={color} strokeWidth="2" />
          <rect x={x + 30} y="49" width="42" height="6" rx="3" fill="var(--line-strong)" />
        </g>
      ))}
      {CARDS.map(([x, y, title, color]) => (
        <g key={`${x} ${y}`}>
          <rect x={x} y={y} width="100" height="50" rx="8" fill="var(--surface)" stroke="var(--line)" />
          <rect x={x + 10} y={y + 12} width={title} height="6" rx="3" fill="var(--edge)" opacity="0.55" />
          <rect x={x + 10} y={y + 31} width="24" height="6" rx="3" fill="var(--line-strong)" />
          <circle cx={x + 86} cy={y + 35} r="7" fill={color} opacity="0.8" />
        </g>
      ))}
      {/* A card on its way from one column to the next. */}
      <g transform="rotate(4 240 225)">
        <rect x="196" y="196" width="100" height="50" rx="8" fill="var(--raised)" stroke="var(--accent)" strokeWidth="1.5" />
        <rect x="206" y="208" width="66" height="6" rx="3" fill="var(--edge)" opacity="0.7" />
        <rect x="206" y="227" width="24" height="6" rx="3" fill="var(--line-strong)" />
        <circle cx="282" cy="231" r="7" fill="var(--accent)" />
      </g>
      <path d="m290 248 5 16 4-6 7-2z" fill="var(--ink)" stroke="var(--page)" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  )
}
