/** Every key there is, read from the catalogue; and the place where a person chooses others. */

import { RotateCcw } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useObservable } from '../use-observable.ts'
import { Actions } from '../kit/actions.tsx'
import { Button, IconButton } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import fields from '../kit/field.module.css'
import panel from '../kit/panel.module.css'
import { type Command, COMMANDS, type CommandId, GROUPS } from './catalogue.ts'
import { KeyCaps } from './key-caps.tsx'
import css from './keys-dialog.module.css'
import { capsWords, keysFault, keysOf, rivalsOf, strokeOf } from './keymap.ts'
import { chooseKeys, ownKeys, resetKeys } from './own-keys.ts'

interface Props {
  /** Whether keys can be chosen at once. */
  readonly changing?: boolean
  readonly onClose: () => void
}

export function KeysDialog({ changing = false, onClose }: Props) {
  const own = useObservable(ownKeys)
  const [isChanging, setChanging] = useState(changing)
  const [asked, setAsked] = useState<CommandId | null>(null)
  const hasOwn = Object.keys(own).length > 0
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      {isChanging ? (
        <p className={fields['hint']}>
          Choose a command, then press its new key, or two keys one after the other. Kept in this browser.
        </p>
      ) : null}
      {GROUPS.map((group) => (
        <section key={group} aria-label={group}>
          <h3 className={panel['title']}>{group}</h3>
          <ul className={css['keys']}>
            {COMMANDS.filter((command) => command.group === group && (isChanging || keysOf(command, own).length > 0)).map(
              (command) =>
                isChanging && !command.fixed ? (
                  <ChangeLine key={command.id} command={command} isAsked={asked === command.id} onAsk={setAsked} />
                ) : (
                  <li key={command.id} className={css['line']}>
                    <span>{command.title}</span>
                    <Keys command={command} />
                  </li>
                ),
            )}
          </ul>
        </section>
      ))}
      <Actions>
        {hasOwn ? <Button onClick={resetKeys}>Reset all keys</Button> : null}
        <Button look="outline" onClick={() => setChanging(!isChanging)}>
          {isChanging ? 'Done' : 'Change keys'}
        </Button>
      </Actions>
    </Dialog>
  )
}

function Keys({ command }: { readonly command: Command }) {
  const own = useObservable(ownKeys)
  const keys = keysOf(command, own)
  if (keys.length === 0) return <span className={fields['hint']}>no key</span>
  return (
    <span className={css['choices']}>
      {keys.map((one) => (
        <KeyCaps key={one} keys={one} />
      ))}
    </span>
  )
}

interface ChangeLineProps {
  readonly command: Command
  readonly isAsked: boolean
  readonly onAsk: (id: CommandId | null) => void
}

function ChangeLine({ command, isAsked, onAsk }: ChangeLineProps) {
  const own = useObservable(ownKeys)
  const { id, title } = command
  const rivals = keysOf(command, own).flatMap((keys) => rivalsOf(id, keys, own))
  return (
    <li className={css['line']}>
      <span>{title}</span>
      <span className={css['choices']}>
        {own[id] === undefined ? null : (
          <IconButton label={`Reset the key of “${title}”`} onClick={() => chooseKeys(id, null)}>
            <RotateCcw size={14} aria-hidden />
          </IconButton>
        )}
        {isAsked ? (
          <Listen id={id} title={title} onDone={() => onAsk(null)} />
        ) : (
          <Button look="outline" aria-label={`Change the key of “${title}”, now ${wordsOf(command)}`} onClick={() => onAsk(id)}>
            <Keys command={command} />
          </Button>
        )}
      </span>
      {rivals.length > 0 ? (
        <p className={fields['problem']}>
          The same key as “{rivals.map((rival) => rival.title).join('”, “')}”. Only one of them hears it.
        </p>
      ) : null}
    </li>
  )

  function wordsOf(of: Command): string {
    return (
      keysOf(of, own)
        .map((keys) => capsWords(keys))
        .join(' or ') || 'none'
    )
  }
}

/** Waits for the new keys. Enter keeps what was pressed, Escape changes nothing, Backspace leaves the command without a key. */
function Listen({ id, title, onDone }: { readonly id: CommandId; readonly title: string; readonly onDone: () => void }) {
  const own = useObservable(ownKeys)
  const [keys, setKeys] = useState('')
  const fault = keys === '' ? null : keysFault(id, keys, own)
  const onKeyDown = (event: KeyboardEvent): void => {
    const stroke = strokeOf({ ...held(event), altGraph: event.getModifierState('AltGraph') })
    if (stroke === null || stroke === 'tab' || stroke === 'shift+tab') return
    event.preventDefault()
    event.stopPropagation()
    if (stroke === 'escape') onDone()
    else if (stroke === 'backspace') keep([])
    else if (stroke !== 'enter') setKeys(keys === '' || keys.includes(' ') ? stroke : `${keys} ${stroke}`)
    else if (keys !== '' && fault === null) keep([keys])
  }
  const keep = (next: readonly string[]): void => {
    chooseKeys(id, next)
    onDone()
  }
  return (
    <span className={fields['field']}>
      <input
        className={fields['input']}
        aria-label={`New key of “${title}”`}
        aria-describedby={`new-key-${id}`}
        aria-invalid={fault !== null}
        placeholder="Press a key"
        readOnly
        value={keys === '' ? '' : capsWords(keys)}
        onKeyDown={onKeyDown}
        ref={(element) => element?.focus()}
      />
      <output id={`new-key-${id}`} className={fault === null ? fields['hint'] : fields['problem']}>
        {fault ?? (keys === '' ? 'Backspace: no key. Esc: as it was.' : 'Enter keeps it.')}
      </output>
    </span>
  )
}

function held({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent) {
  return { key, ctrlKey, metaKey, altKey, shiftKey }
}
