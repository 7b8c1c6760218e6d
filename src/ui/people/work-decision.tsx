/** Work of one author that does not count: what it is, and whether to keep it, all or some. */

import { useId, useState } from 'react'
import type { ActorKey } from '../../core/ids.ts'
import type { Ref } from '../../core/history.ts'
import { LOCAL } from '../../core/limits.ts'
import { nameOf as changeName } from '../../operations/authority.ts'
import { useAct, useActOnSigned } from '../act.ts'
import { Button } from '../kit/button.tsx'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import { ChangesList } from './changes-list.tsx'
import { DecisionCard } from './decision-card.tsx'
import { useNameOf } from './use-people.ts'

interface Props {
  readonly actor: ActorKey
  readonly refs: readonly Ref[]
  readonly words: string
  readonly mayAct: boolean
  /** Takes back what made it count no more, where one can: then all of it counts by its own right again. */
  readonly onUndo: (() => void) | null
  readonly onPutOff: () => void
}

export function WorkDecision({ actor, refs, words, mayAct, onUndo, onPutOff }: Props) {
  const { replica } = useSession()
  const act = useAct()
  const actLater = useActOnSigned()
  const [isOpen, setOpen] = useState(false)
  const [left, setLeft] = useState<ReadonlySet<Ref>>(new Set())
  const id = useId()
  const called = useNameOf()(actor)
  const name = actor === replica.actor ? 'you' : called
  const cited = replica.capabilityFor('grant')
  const adoptable = cited === null ? [] : refs.filter((ref) => replica.authority.adoption.admits(ref, cited))
  const chosen = adoptable.filter((ref) => !left.has(ref))
  const isAll = chosen.length === adoptable.length
  const shown = adoptable.length > 0 ? adoptable.length : refs.length
  const keep = (): void => {
    if (isAll && onUndo) return onUndo()
    const names = chosen.map((ref) => changeName(replica, ref))
    for (const changes of inPieces(names)) if (!act('adopt_changes', { changes })) return
    const takeBack = (): void => {
      for (const changes of inPieces(names))
        actLater('unadopt_changes', () => ({ changes }), 'Taken back: it does not count, as before')
    }
    notify(`Kept ${count(names.length, 'change')} by ${name}`, { action: { label: 'Undo', run: takeBack } })
  }
  const choose = (ref: Ref, isChosen: boolean): void => {
    const next = new Set(left)
    if (isChosen) next.delete(ref)
    else next.add(ref)
    setLeft(next)
  }
  return (
    <DecisionCard
      title={`${count(shown, 'change')} by ${name} ${shown === 1 ? 'does' : 'do'} not count`}
      actions={
        <>
          {mayAct ? (
            <Button look="outline" onClick={keep} disabled={chosen.length === 0}>
              {isAll
                ? onUndo
                  ? 'Undo: keep their work'
                  : 'Keep their work'
                : `Keep ${chosen.length} of ${count(adoptable.length, 'change')}`}
            </Button>
          ) : null}
          <Button onClick={() => setOpen(!isOpen)} aria-expanded={isOpen} aria-controls={id}>
            {isOpen ? 'Hide the changes' : 'Look at the changes'}
          </Button>
          <Button onClick={onPutOff}>{onUndo ? 'Leave it so' : 'Not now'}</Button>
        </>
      }
      note={noteOn(adoptable.length, refs.length, cited !== null)}
    >
      <p>{words}</p>
      <div id={id} hidden={!isOpen}>
        {isOpen ? <ChangesList refs={refs} adoptable={new Set(adoptable)} left={left} onChoose={choose} /> : null}
      </div>
    </DecisionCard>
  )
}

function noteOn(adoptable: number, all: number, mayAdopt: boolean): string | undefined {
  if (!mayAdopt) return 'Somebody who may let others in can keep it.'
  if (adoptable === 0) return 'None of it can be kept: it is about rights or names, or lies outside of what you may do.'
  if (adoptable === all) return undefined
  const rest = count(all - adoptable, 'change')
  return `Besides, ${rest} about rights or names, or outside of what you may do, cannot be kept.`
}

/** As many at once as an operation takes. */
function inPieces(names: readonly string[]): string[][] {
  const pieces: string[][] = []
  for (let from = 0; from < names.length; from += LOCAL.queryRows) pieces.push(names.slice(from, from + LOCAL.queryRows))
  return pieces
}
