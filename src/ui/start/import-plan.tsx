import { useEffect, useState } from 'react'
import type { Result } from '../../base/result.ts'
import { Actions, Problem } from '../kit/actions.tsx'
import { Button } from '../kit/button.tsx'
import type { Home } from '../session.ts'
import { count } from '../words.ts'
import css from './start.module.css'

interface Props {
  readonly home: Home
  readonly file: File
  readonly onDone: () => void
  readonly onCancel: () => void
}

interface Progress {
  readonly done: number
  readonly total: number
}

/** Imports the file into a new workspace, with counts. */
export function ImportPlan({ home, file, onDone, onCancel }: Props) {
  const [progress, setProgress] = useState<Progress>({ done: 0, total: 0 })
  const result = useImport(home, file, setProgress)
  useEffect(() => {
    if (result?.ok) onDone()
  }, [result, onDone])
  const { done, total } = progress
  return (
    <section className={css['panel']} aria-labelledby="import">
      <h2 id="import" className={css['panelTitle']}>
        Importing {file.name}
      </h2>
      {result?.ok === false ? (
        <>
          <Problem>
            {result.refusal.detail} Your file was only read, and what you had before is as it was. Check that it is a plan in JSON
            lines, then try again.
          </Problem>
          <Actions>
            <Button look="outline" onClick={onCancel}>
              Back
            </Button>
          </Actions>
        </>
      ) : (
        <>
          <progress
            className={css['progress']}
            aria-labelledby="import"
            value={total === 0 ? undefined : done}
            max={total === 0 ? undefined : total}
          />
          <p className={css['soft']} aria-live="polite">
            {total === 0 ? 'Reading the file …' : `${done.toLocaleString('en')} of ${count(total, 'task')}`}
          </p>
        </>
      )}
    </section>
  )
}

/** Runs the import once for each file, whatever React does with the component meanwhile. */
function useImport(home: Home, file: File, onProgress: (progress: Progress) => void): Result<string> | null {
  const [result, setResult] = useState<Result<string> | null>(null)
  useEffect(() => {
    let shown = true
    importOnce(home, file, (progress) => shown && onProgress(progress)).then(
      (imported) => shown && setResult(imported),
      (error: unknown) =>
        shown &&
        setResult({ ok: false, refusal: { code: 'invalid', detail: error instanceof Error ? error.message : String(error) } }),
    )
    return () => {
      shown = false
    }
  }, [home, file, onProgress])
  return result
}

interface Running {
  readonly result: Promise<Result<string>>
  readonly progress: { listener: (progress: Progress) => void }
}

const running = new WeakMap<File, Running>()

function importOnce(home: Home, file: File, listener: (progress: Progress) => void): Promise<Result<string>> {
  const known = running.get(file)
  if (known) {
    known.progress.listener = listener
    return known.result
  }
  const progress = { listener }
  const result = home.importPlan(file, (done, total) => progress.listener({ done, total }))
  running.set(file, { result, progress })
  return result
}

/** Whether a file is held over the page; a drop hands it over. */
export function useFileDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const hasFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent): void => {
      if (!hasFile(event)) return
      event.preventDefault()
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent): void => {
      const file = event.dataTransfer?.files[0]
      setOver(false)
      if (!file) return
      event.preventDefault()
      onFile(file)
    }
    document.addEventListener('dragover', enter)
    document.addEventListener('dragleave', leave)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('dragover', enter)
      document.removeEventListener('dragleave', leave)
      document.removeEventListener('drop', drop)
    }
  }, [onFile])
  return over
}
