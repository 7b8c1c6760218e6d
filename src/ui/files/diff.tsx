/** What changed between two texts, line by line, with a little of what stands around it. */

import { structuredPatch } from 'diff'
import { Fragment, useMemo } from 'react'
import { count } from '../words.ts'
import page from './document.module.css'
import css from './history.module.css'

interface Line {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
  readonly before: number | null
  readonly after: number | null
}

const CONTEXT = 3
/** Two texts that are wholly different take long to compare: then only their sizes are said. */
const PATIENCE_MS = 300
const SIGN = { same: ' ', added: '+', removed: '−' } as const
const WORD = { same: '', added: 'Added: ', removed: 'Removed: ' } as const

export function Diff({ before, after }: { readonly before: string; readonly after: string }) {
  const hunks = useMemo(() => hunksOf(before, after), [before, after])
  if (hunks === null)
    return (
      <p className={page['none']}>
        Too different to compare line by line: {count(linesIn(before), 'line')} before, {count(linesIn(after), 'line')} after.
      </p>
    )
  if (hunks.length === 0) return <p className={page['none']}>This version reads like the one before.</p>
  const lines = hunks.flat()
  const [added, removed] = (['added', 'removed'] as const).map((kind) => lines.filter((line) => line.kind === kind).length)
  return (
    <section className={css['diff']} aria-label="What changed">
      <p className={page['about']}>
        {count(added ?? 0, 'line')} added, {count(removed ?? 0, 'line')} removed
      </p>
      <div className={css['scroll']}>
        <table className={css['lines']}>
          <tbody>
            {hunks.map((hunk, i) => (
              <Fragment key={`${hunk[0]?.before}/${hunk[0]?.after}`}>
                {i > 0 ? (
                  <tr className={css['gap']}>
                    <td colSpan={4}>⋯</td>
                  </tr>
                ) : null}
                {hunk.map((line) => (
                  <tr key={`${line.before}/${line.after}`} data-kind={line.kind}>
                    <td className={css['number']}>{line.before}</td>
                    <td className={css['number']}>{line.after}</td>
                    <td className={css['sign']}>
                      <span aria-hidden>{SIGN[line.kind]}</span>
                      <span className={css['hidden']}>{WORD[line.kind]}</span>
                    </td>
                    <td className={css['text']}>{line.text}</td>
                  </tr>
                ))}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function hunksOf(before: string, after: string): readonly (readonly Line[])[] | null {
  const patch = structuredPatch('', '', before, after, '', '', { context: CONTEXT, timeout: PATIENCE_MS })
  return (
    patch?.hunks.map(({ oldStart, newStart, lines }) => {
      let [old, fresh] = [oldStart, newStart]
      return lines.flatMap((line): Line[] => {
        const text = line.slice(1)
        if (line.startsWith('+')) return [{ kind: 'added', text, before: null, after: fresh++ }]
        if (line.startsWith('-')) return [{ kind: 'removed', text, before: old++, after: null }]
        // What is left may say that there is no line break at the end of the text.
        return line.startsWith(' ') ? [{ kind: 'same', text, before: old++, after: fresh++ }] : []
      })
    }) ?? null
  )
}

function linesIn(text: string): number {
  return text === '' ? 0 : text.split('\n').length
}
