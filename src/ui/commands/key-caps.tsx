import css from './key-caps.module.css'
import { capsOf, capsWords, strokesOf } from './keymap.ts'

/** Keys as they stand on the keyboard; said as one phrase. */
export function KeyCaps({ keys }: { readonly keys: string }) {
  const strokes = strokesOf(keys)
  return (
    // Said as one phrase, and not key by key.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <span className={css['caps']} role="img" aria-label={capsWords(keys)}>
      {strokes.map((stroke, at) => (
        // One key may come twice in a row.
        <span key={strokes.slice(0, at + 1).join(' ')} className={css['stroke']} aria-hidden>
          {capsOf(stroke).map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      ))}
    </span>
  )
}
