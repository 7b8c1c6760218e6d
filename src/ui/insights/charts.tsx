/**
 * Small charts, drawn by hand: bars are all that is asked for, and a library of charts weighs more than this page. Their sizes
 * are attributes of the drawing; every bar says its number, and the table beside has them all.
 */

import css from './insights.module.css'

const HEIGHT = 100
/** Few bars stay narrow. */
const PLACES = 16

export interface Bar {
  readonly key: string
  readonly value: number
  /** Said when one points at it. */
  readonly words: string
}

/** Upright bars over time. */
export function TimeBars({
  label,
  bars,
  tone,
}: {
  readonly label: string
  readonly bars: readonly Bar[]
  readonly tone: string
}) {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const height = (value: number): number => (value === 0 ? 0 : Math.max(1.5, (value / most) * HEIGHT))
  return (
    <svg
      className={css['timeBars']}
      viewBox={`0 0 ${Math.max(PLACES, bars.length) * 10} ${HEIGHT}`}
      preserveAspectRatio="none"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a drawing of its own, and no file
      role="img"
      aria-label={label}
    >
      {bars.map(({ key, value, words }, at) => (
        <g key={key}>
          <rect className={css['hit']} x={at * 10} y={0} width={10} height={HEIGHT}>
            <title>{words}</title>
          </rect>
          <rect
            className={css['bar']}
            data-tone={tone}
            x={at * 10 + 1}
            y={HEIGHT - height(value)}
            width={8}
            height={height(value)}
          />
        </g>
      ))}
    </svg>
  )
}

export interface Row {
  readonly name: string
  readonly parts: readonly { readonly tone: string; readonly value: number; readonly words: string }[]
  readonly says: string
}

/** Lying bars, in parts that stand for what became of it; `most` is the length of a whole one. */
export function Rows({ label, rows, most }: { readonly label: string; readonly rows: readonly Row[]; readonly most: number }) {
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- several drawings that are one
    <div className={css['rows']} role="img" aria-label={label}>
      {rows.map(({ name, parts, says }) => (
        <div key={name} className={css['row']} aria-hidden>
          <span className={css['rowName']}>{name}</span>
          <svg className={css['rowBar']} viewBox="0 0 100 10" preserveAspectRatio="none">
            <rect className={css['groove']} x={0} y={0} width={100} height={10} />
            {placed(parts, most).map(({ tone, words, from, width }) => (
              <rect key={tone} className={css['bar']} data-tone={tone} x={from} y={0} width={width} height={10}>
                <title>{words}</title>
              </rect>
            ))}
          </svg>
          <span className={css['rowSays']}>{says}</span>
        </div>
      ))}
    </div>
  )
}

function placed(parts: Row['parts'], most: number) {
  let from = 0
  return parts.map(({ tone, value, words }) => {
    const width = (value / Math.max(most, Number.MIN_VALUE)) * 100
    const at = from
    from += width
    return { tone, words, from: at, width }
  })
}
