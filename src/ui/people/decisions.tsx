/** What waits for somebody's decision: each says what happened, what it means, and what can be done about it. */

import { ChevronRight } from 'lucide-react'
import { toHex } from '../../base/bytes.ts'
import type { Ref } from '../../core/history.ts'
import type { Attention } from '../../replica/attention.ts'
import { nameOf as changeName } from '../../operations/authority.ts'
import { useAct, useActOnSigned } from '../act.ts'
import { Button } from '../kit/button.tsx'
import panel from '../kit/panel.module.css'
import { notify } from '../notices.ts'
import { useSession } from '../session.ts'
import { count } from '../words.ts'
import type { Ask } from './asked.ts'
import { attentionIn, type Decision } from './attention-watch.ts'
import { DecisionCard } from './decision-card.tsx'
import css from './people.module.css'
import { useDecisions, useNameOf } from './use-people.ts'
import { WHY } from './words.ts'
import { WorkDecision } from './work-decision.tsx'

export function Decisions({ onAsk }: { readonly onAsk: Ask }) {
  const decisions = useDecisions()
  const own = decisions.filter(({ mayAct }) => mayAct)
  const others = decisions.filter(({ mayAct }) => !mayAct)
  return (
    <>
      {own.length === 0 ? null : (
        <section aria-labelledby="decisions">
          <h2 id="decisions" className={panel['title']}>
            Needs a decision
          </h2>
          <ul className={`${panel['panel']} ${css['decisions']}`}>
            {own.map((decision) => (
              <OneDecision key={decision.key} decision={decision} onAsk={onAsk} />
            ))}
          </ul>
        </section>
      )}
      {others.length === 0 ? null : (
        <details className={css['folded']}>
          <summary>
            <ChevronRight size={14} aria-hidden /> Nothing for you to decide ({others.length})
          </summary>
          <ul className={panel['panel']}>
            {others.map((decision) => (
              <OneDecision key={decision.key} decision={decision} onAsk={onAsk} />
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

/** One of them, as the inbox shows it, too. */
export function OneDecision({ decision, onAsk }: { readonly decision: Decision; readonly onAsk: Ask }) {
  const { replica } = useSession()
  const { item, mayAct } = decision
  const putOff = (): void => attentionIn(replica).putOff(decision.name)
  switch (item.kind) {
    case 'asks':
      return <AskDecision item={item} mayAct={mayAct} onPutOff={putOff} />
    case 'cut':
      return <CutDecision item={item} work={decision.work} mayAct={mayAct} onPutOff={putOff} />
    case 'voided':
      return <VoidedDecision item={item} onPutOff={putOff} />
    case 'fork':
      return <ForkDecision item={item} mayAct={mayAct} onAsk={onAsk} onPutOff={putOff} />
    case 'flood':
      return <FloodDecision item={item} mayAct={mayAct} onAsk={onAsk} onPutOff={putOff} />
    case 'quarantine':
      return (
        <WorkDecision
          actor={item.actor}
          refs={item.refs}
          words={`${WHY[item.why]} It stays in the log, and has no effect.`}
          mayAct={mayAct}
          onUndo={null}
          onPutOff={putOff}
        />
      )
  }
}

interface ItemProps<K extends Attention['kind']> {
  readonly item: Extract<Attention, { readonly kind: K }>
  readonly mayAct: boolean
  readonly onPutOff: () => void
}

function AskDecision({ item: { actor, code, capability }, mayAct, onPutOff }: ItemProps<'asks'>) {
  const act = useAct()
  const name = useNameOf()(actor)
  const admit = (): void => {
    const { audienceBox } = capability.grant
    const done = act('generate_capability', { to: actor, box: audienceBox && toHex(audienceBox), role: 'admin' })
    if (done) notify(`${name} is an admin now`)
  }
  return (
    <DecisionCard
      title={`${name} asks to become an admin`}
      actions={
        mayAct ? (
          <>
            <Button look="primary" onClick={admit}>
              Admit as admin
            </Button>
            <Button onClick={onPutOff}>Not now</Button>
          </>
        ) : null
      }
      note={
        mayAct
          ? '“Not now” puts this away until the page is loaded again; they stay a viewer and go on asking. To end it, remove them.'
          : 'An admin has to decide it.'
      }
    >
      {mayAct ? (
        <>
          <p>Call them and let them read you the code that their page shows. Every letter must be as here:</p>
          <p className={css['code']}>{code}</p>
          <p>If one differs, this is somebody else, or somebody stands between you: do not admit them.</p>
        </>
      ) : null}
    </DecisionCard>
  )
}

function CutDecision({ item, work, mayAct, onPutOff }: ItemProps<'cut'> & { readonly work: readonly Ref[] }) {
  const { replica } = useSession()
  const act = useActOnSigned()
  const nameOf = useNameOf()
  const { revocation, by, target, changes } = item
  const undo = (): void =>
    act(
      'undo_revocation',
      () => ({ change: changeName(replica, revocation) }),
      `${count(changes, 'change')} by ${nameOf(target.audience)} count again`,
    )
  const who = by === replica.actor ? 'You' : nameOf(by)
  return (
    <WorkDecision
      actor={target.audience}
      refs={work}
      words={`${who} ended their rights as of an earlier moment, and what they did since is off the board. If that was too much, it can come back; their rights stay ended.`}
      mayAct={mayAct}
      onUndo={item.mayUndo ? undo : null}
      onPutOff={onPutOff}
    />
  )
}

function VoidedDecision({ item: { revocation, by, target }, onPutOff }: Omit<ItemProps<'voided'>, 'mayAct'>) {
  const { replica } = useSession()
  const act = useActOnSigned()
  const nameOf = useNameOf()
  const name = nameOf(target.audience)
  const affirm = (): void =>
    act('reaffirm_revocation', () => ({ change: changeName(replica, revocation) }), `The rights of ${name} are ended again`)
  return (
    <DecisionCard
      title={`${name} may work again, though ${nameOf(by)} had ended that`}
      actions={
        <>
          <Button look="outline" onClick={affirm}>
            Re-affirm: end it again
          </Button>
          <Button onClick={onPutOff}>Leave it so</Button>
        </>
      }
    >
      <p>
        {nameOf(by)} was removed as of before then, so what they ended is not ended any more. If they were right about {name}, end
        it again in your name.
      </p>
    </DecisionCard>
  )
}

function ForkDecision({ item: { actor, fork }, mayAct, onAsk, onPutOff }: ItemProps<'fork'> & { readonly onAsk: Ask }) {
  const { replica } = useSession()
  const nameOf = useNameOf()
  const name = nameOf(actor)
  const isOwn = actor === replica.actor
  return (
    <DecisionCard
      title={isOwn ? 'The key of this device has two histories' : `A device of ${name} has two histories`}
      actions={
        <>
          {mayAct ? (
            <Button look="outline" onClick={() => onAsk({ for: 'removal', name, actors: [actor], isDevice: true })}>
              Remove this device …
            </Button>
          ) : null}
          <Button onClick={onPutOff}>It was a copy</Button>
        </>
      }
    >
      <p>
        It wrote two different things in one place of its record. A copied browser profile does that, and then all is well; so
        does somebody else who got hold of the key.{' '}
        {isOwn
          ? 'If you copied nothing, ask an admin to remove this device.'
          : `Ask ${name}: if nothing was copied, remove the device, and let them join with another.`}
      </p>
      <details className={css['evidence']}>
        <summary>Evidence</summary>
        <p>
          Batch {fork.seq} of its record, {fork.ordinals.length === 2 ? 'twice' : `${fork.ordinals.length} times`}, each signed by
          it:
        </p>
        <ul>
          {fork.ordinals.map((ordinal) => (
            <li key={ordinal} className={css['hash']}>
              {toHex(replica.history.idOf(ordinal))}
            </li>
          ))}
        </ul>
      </details>
    </DecisionCard>
  )
}

function FloodDecision({ item: { actor }, mayAct, onAsk, onPutOff }: ItemProps<'flood'> & { readonly onAsk: Ask }) {
  const name = useNameOf()(actor)
  return (
    <DecisionCard
      title={`${name} writes far more than their rights allow for`}
      actions={
        <>
          {mayAct ? (
            <Button look="outline" onClick={() => onAsk({ for: 'removal', name, actors: [actor], isDevice: false })}>
              Remove {name} …
            </Button>
          ) : null}
          <Button onClick={onPutOff}>Let it go on</Button>
        </>
      }
    >
      <p>
        What comes too fast waits outside until its time, and comes in by itself; nobody else waits for it. A program gone wrong
        does this, and so does somebody who means harm: then remove them.
      </p>
    </DecisionCard>
  )
}
