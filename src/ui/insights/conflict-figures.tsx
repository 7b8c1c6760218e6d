import { Fragment } from 'react'
import type { InsightsSummary, Span } from '../../replica/insights-summary.ts'
import { fieldTitle } from '../task/describe-edit.ts'
import { count } from '../words.ts'
import { Rows, TimeBars } from './charts.tsx'
import { Figure } from './figure.tsx'
import css from './insights.module.css'

const DAY = 86_400_000
const minutes = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' })
const days = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', year: 'numeric' })
const decimals = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

/** Conflicts in a hundred changes, over time; and beside it how much was done, since few changes make any rate. */
export function ConflictTimes({ summary: { spans, conflicts, edits } }: { readonly summary: InsightsSummary }) {
  const perHundred = (span: Span): number => (span.edits === 0 ? 0 : (span.conflicts / span.edits) * 100)
  const charts = [
    {
      name: 'Conflicts in 100 changes',
      tone: 'bad',
      value: perHundred,
      words: (span: Span) => `${decimals.format(perHundred(span))} in 100 changes: ${count(span.conflicts, 'conflict')}`,
    },
    { name: 'Changes', tone: 'plain', value: (span: Span) => span.edits, words: (span: Span) => count(span.edits, 'change') },
    {
      name: 'Tasks done',
      tone: 'good',
      value: (span: Span) => span.done,
      words: (span: Span) => `${count(span.done, 'task')} done`,
    },
  ]
  return (
    <Figure
      title="Over time"
      words={
        conflicts === 0
          ? 'No two have written different things into one field without having seen each other.'
          : `${count(conflicts, 'write')} to a field had not seen another that says something else, in ${count(edits, 'change')}.`
      }
      chart={
        <>
          <div className={css['times']}>
            {charts.map(({ name, tone, value, words }) => (
              <Fragment key={name}>
                <span className={css['timeName']}>
                  {name}
                  <span className={css['timeMost']}>up to {decimals.format(Math.max(0, ...spans.map(value)))}</span>
                </span>
                <TimeBars
                  label={`${name} over time: the table has the numbers`}
                  tone={tone}
                  bars={spans.map((span) => ({
                    key: String(span.from),
                    value: value(span),
                    words: `${spanWords(span)}: ${words(span)}`,
                  }))}
                />
              </Fragment>
            ))}
          </div>
          <Axis spans={spans} />
        </>
      }
      head={['From', 'Changes', 'Conflicts', 'In 100 changes', 'Tasks done']}
      rows={spans
        .filter((span) => span.edits > 0)
        .map((span) => [
          spanWords(span),
          span.edits.toLocaleString('en'),
          span.conflicts.toLocaleString('en'),
          decimals.format(perHundred(span)),
          span.done.toLocaleString('en'),
        ])}
    />
  )
}

function Axis({ spans }: { readonly spans: readonly Span[] }) {
  const [first, last] = [spans[0], spans.at(-1)]
  // With few bars there is no place for an end.
  if (!first || !last) return null
  return (
    <p className={css['axis']} aria-hidden>
      <span>{spanWords(first)}</span>
      <span>{spans.length < 16 ? '' : spanWords(last)}</span>
    </p>
  )
}

function spanWords({ from, to }: Span): string {
  return (to - from < DAY ? minutes : days).format(from)
}

/** Fields that are shown before the rest is in the table. */
const SHOWN = 8

export function ConflictFields({ summary: { fields } }: { readonly summary: InsightsSummary }) {
  const clashing = fields.filter(({ conflicts }) => conflicts > 0)
  const most = Math.max(1, ...clashing.map(({ conflicts }) => conflicts))
  const named = (field: string): string => (field === 'checks' ? 'Checks' : capital(fieldTitle(field)))
  return (
    <Figure
      title="By field"
      words={
        clashing[0]
          ? `Most often over the ${named(clashing[0].field).toLowerCase()}.`
          : 'No field has been written in two ways apart.'
      }
      chart={
        clashing.length === 0 ? null : (
          <Rows
            label="Conflicts by field: the table has the numbers"
            most={most}
            rows={clashing.slice(0, SHOWN).map(({ field, conflicts, edits }) => ({
              name: named(field),
              parts: [{ tone: 'bad', value: conflicts, words: count(conflicts, 'conflict') }],
              says: `${conflicts.toLocaleString('en')} in ${count(edits, 'write')}`,
            }))}
          />
        )
      }
      head={['Field', 'Writes', 'Conflicts', 'In 100 writes']}
      rows={fields.map(({ field, edits, conflicts }) => [
        named(field),
        edits.toLocaleString('en'),
        conflicts.toLocaleString('en'),
        decimals.format((conflicts / edits) * 100),
      ])}
    />
  )
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
