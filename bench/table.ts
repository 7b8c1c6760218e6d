/** The figures of a run: each beside the raw limit that was measured in the same run, as text, Markdown and JSON. */

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The limit, in the same unit, and what it is; none where the figure stands by itself. */
  readonly raw?: { readonly value: number; readonly what: string }
  /** `ratio`: ours over raw, or raw over ours where more is better, so that 1 is the limit and less is always better. */
  readonly moreIsBetter?: boolean
  readonly aim?: { readonly of: 'value' | 'ratio'; readonly limit: number }
}

export function ratioOf({ value, raw, moreIsBetter }: Figure): number | null {
  if (!raw) return null
  return moreIsBetter ? raw.value / value : value / raw.value
}

export function meetsAim(figure: Figure): boolean | null {
  const { aim, value, moreIsBetter } = figure
  if (!aim) return null
  if (aim.of === 'ratio') return (ratioOf(figure) ?? Infinity) <= aim.limit
  return moreIsBetter ? value >= aim.limit : value <= aim.limit
}

const COLUMNS = ['figure', 'value', 'raw limit of the same run', 'ratio', 'aim', 'met'] as const

export function rowsOf(figures: readonly Figure[]): string[][] {
  return figures.map((figure) => {
    const { name, value, unit, raw, aim, moreIsBetter } = figure
    const ratio = ratioOf(figure)
    const sign = aim?.of === 'value' && moreIsBetter ? '≥' : '≤'
    const met = meetsAim(figure)
    return [
      name,
      `${numberText(value)} ${unit}`,
      raw ? `${numberText(raw.value)} ${unit}: ${raw.what}` : '',
      ratio === null ? '' : `${ratio.toFixed(2)}×`,
      aim ? `${sign} ${numberText(aim.limit)}${aim.of === 'ratio' ? '×' : ` ${unit}`}` : '',
      met === null ? '' : met ? 'yes' : 'NO',
    ]
  })
}

export function textTable(figures: readonly Figure[]): string {
  const rows = [[...COLUMNS], ...rowsOf(figures)]
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function markdownTable(figures: readonly Figure[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...rowsOf(figures).map(line)].join('\n')
}

function numberText(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
