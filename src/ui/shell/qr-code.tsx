import { useEffect, useState } from 'react'
import { Problem } from '../kit/actions.tsx'
import { faultWords } from '../words.ts'
import css from './invite-dialog.module.css'

interface Props {
  readonly text: string
  readonly label: string
}

/** Modules of light around it, without which cameras do not find it. */
const QUIET = 4

/** A text as a QR code: dark on light whatever the theme, since not every camera reads the other way. */
export function QrCode({ text, label }: Props) {
  const [drawn, setDrawn] = useState<{ readonly text: string; readonly size: number; readonly path: string } | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    let wanted = true
    import('qr').then(
      ({ encodeQR }) => {
        if (!wanted) return
        const matrix = encodeQR(text, 'raw', { ecc: 'low', border: QUIET })
        setDrawn({ text, size: matrix.length, path: pathOf(matrix) })
      },
      (error: unknown) => wanted && setProblem(`The code cannot be drawn: ${faultWords(error)}`),
    )
    return () => {
      wanted = false
    }
  }, [text])
  if (problem !== null) return <Problem>{problem}</Problem>
  if (drawn?.text !== text) return <p className={css['note']}>Drawing …</p>
  const { size, path } = drawn
  return (
    <svg
      className={css['qr']}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      // An svg is no image to a screen reader unless it says so.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={label}
    >
      <path d={`M0 0h${size}v${size}H0z`} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

/** Each run of dark modules of a row as one rectangle. */
function pathOf(matrix: readonly (readonly boolean[])[]): string {
  let path = ''
  matrix.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (!row[x]) continue
      const from = x
      while (row[x + 1]) x++
      path += `M${from} ${y}h${x - from + 1}v1H${from}z`
    }
  })
  return path
}
