import { Dialog } from '../kit/dialog.tsx'
import css from './shortcuts-dialog.module.css'

const mod = /Mac|iP/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['C'], 'New task'],
  [['/'], 'Filter tasks'],
  [['↑', '↓', '←', '→'], 'Go from card to card; H J K L do the same'],
  [['Enter'], 'Open the task'],
  [['[', ']'], 'Move the task to the column on the left or right'],
  [['X'], 'Select the task, or not; with Shift all from the last one to it'],
  [[mod, 'A'], 'Select the whole column'],
  [['Alt', '↑ ↓'], 'Move the task up or down in its column'],
  [['M'], 'All actions for the task'],
  [[mod, 'Z'], 'Undo what you did last'],
  [[mod, '⇧', 'Z'], 'Do it again'],
  [['Esc'], 'Let go of what is selected; close what is open'],
  [['?'], 'These keys'],
]

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl className={css['keys']}>
        {KEYS.map(([keys, does]) => (
          <div key={does} className={css['line']}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
