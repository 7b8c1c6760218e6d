import { ChartColumn, Table2 } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { Button } from '../kit/button.tsx'
import css from './insights.module.css'

interface FigureProps {
  readonly title: string
  /** What it says, in a sentence. */
  readonly words: string
  readonly chart: ReactNode
  readonly head: readonly string[]
  /** The first of each row names it. */
  readonly rows: readonly (readonly string[])[]
}

/** A chart and the same as a table: whoever does not see the one reads the other. */
export function Figure({ title, words, chart, head, rows }: FigureProps) {
  const id = useId()
  const [asTable, setAsTable] = useState(false)
  return (
    <section className={css['figure']} aria-labelledby={id}>
      <div className={css['figureHead']}>
        <h3 id={id} className={css['figureTitle']}>
          {title}
        </h3>
        <Button onClick={() => setAsTable(!asTable)} aria-pressed={asTable} aria-describedby={id}>
          {asTable ? <ChartColumn size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
          {asTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </div>
      <p className={css['words']}>{words}</p>
      {asTable ? <DataTable label={title} head={head} rows={rows} /> : chart}
    </section>
  )
}

interface DataTableProps {
  readonly label: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function DataTable({ label, head, rows }: DataTableProps) {
  return (
    // A wide table scrolls by itself, and by keys.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={css['tableBox']} tabIndex={0} aria-label={`${label}, table`}>
      <table className={css['table']}>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name = '', ...cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, i) => (
                <td key={head[i + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
