/** Patterns of files, one a line, with what is wrong about them and a path to try them on. */

import { useState } from 'react'
import { Problem } from '../kit/actions.tsx'
import { Field } from '../kit/field.tsx'
import { count } from '../words.ts'
import css from './chips.module.css'
import { matching, patternFault, patternsIn, verdictWords } from './patterns.ts'

interface FilePatternsProps {
  readonly text: string
  readonly onChange: (text: string) => void
}

export function FilePatterns({ text, onChange }: FilePatternsProps) {
  const [path, setPath] = useState('')
  const patterns = patternsIn(text)
  const fault = patternFault(patterns)
  return (
    <>
      <Field
        label="Files it may write"
        hint={
          patterns === null
            ? 'One pattern a line, such as src/api/**. Without any, it may write every file.'
            : `${count(patterns.length, 'pattern')}. ** stands for any folders, * for any letters of one name.`
        }
      >
        {(props) => (
          <textarea
            {...props}
            className={`${props.className} ${css['patterns']}`}
            rows={3}
            value={text}
            onChange={(event) => onChange(event.target.value)}
            placeholder={'src/api/**\ndocs/*.md'}
            spellCheck={false}
            aria-invalid={fault !== null}
          />
        )}
      </Field>
      <Problem>{fault}</Problem>
      <PathField path={path} onChange={setPath} />
      <p className={css['verdict']} aria-live="polite" data-may={path === '' ? undefined : matching(patterns, path) !== null}>
        {path === '' ? '' : verdictWords(patterns, path)}
      </p>
    </>
  )
}

export function PathField({ path, onChange }: { readonly path: string; readonly onChange: (path: string) => void }) {
  return (
    <Field label="Try a path">
      {(props) => (
        <input
          {...props}
          className={`${props.className} ${css['mono']}`}
          value={path}
          onChange={(event) => onChange(event.target.value)}
          placeholder="src/api/users.ts"
          autoComplete="off"
          spellCheck={false}
        />
      )}
    </Field>
  )
}

/** Patterns side by side; the one that names a path stands out. */
export function PatternChips({
  patterns,
  match,
}: {
  readonly patterns: readonly string[] | null
  readonly match?: string | null | undefined
}) {
  if (patterns === null) return <p className={css['soft']}>Every file</p>
  if (patterns.length === 0) return <p className={css['soft']}>No files</p>
  return (
    <ul className={css['chips']} aria-label="Files it may write">
      {patterns.map((pattern) => (
        <li key={pattern} className={css['chip']} data-match={pattern === match || undefined}>
          {pattern}
        </li>
      ))}
    </ul>
  )
}
