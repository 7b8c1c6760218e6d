import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { LinkRoute } from '../../sync/transport.ts'
import type { PeerStatus } from '../../sync/exchange.ts'
import { useObservable } from '../use-observable.ts'
import { PersonAvatar } from '../kit/avatar.tsx'
import panel from '../kit/panel.module.css'
import { byActor, useKnownPeople, useOthersHere } from '../known-people.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { exactTime } from '../times.ts'
import { count } from '../words.ts'
import { bytes, lagWords, routeWords } from './link-words.ts'
import css from './network.module.css'

/** Each link, by whom it leads to; and who else is here by way of others. */
export function Peers() {
  const { links, sync } = useSession()
  const { peers } = useObservable(links)
  const { offline } = useObservable(sync)
  const measured = useMeasured(peers)
  return (
    <section aria-labelledby="peers">
      <h2 id="peers" className={panel['title']}>
        Connected peers
      </h2>
      {peers.length > 0 ? (
        <ul className={panel['panel']}>
          {peers.map((peer) => (
            <Peer key={`${peer.transport} ${peer.peer}`} peer={peer} measured={measured.get(nameOf(peer))} />
          ))}
        </ul>
      ) : (
        <p className={`${panel['panel']} ${panel['line']} ${panel['soft']}`}>
          {offline
            ? 'You work offline: nobody is connected. What you do is kept here, and shared once you switch that off.'
            : 'Nobody is connected. Invite somebody, or open this workspace on another device: it connects by itself.'}
        </p>
      )}
      <AlsoHere linked={peers} />
    </section>
  )
}

interface Measured {
  readonly route: LinkRoute | null
  /** Bytes a second, in and out. */
  readonly inRate: number
  readonly outRate: number
}

function Peer({ peer, measured }: { readonly peer: PeerStatus; readonly measured: Measured | undefined }) {
  const { replica } = useSession()
  const known = useKnownPeople()
  const person = known.find(({ actor }) => actor === peer.actor)
  const isOwn = peer.actor === replica.actor
  const name = isOwn
    ? 'Another tab of yours'
    : peer.transport === 'websocket' && !person?.name
      ? 'The host'
      : actorName(peer.actor, known)
  return (
    <li className={`${panel['line']} ${css['peer']}`} aria-label={name}>
      <PersonAvatar name={name} color={person?.color || '#6c6e79'} />
      <div className={panel['grow']}>
        <p className={panel['main']}>
          <bdi>{name}</bdi>
        </p>
        <p className={panel['soft']} title={`Since ${exactTime(peer.since)}; ${peer.peer}`}>
          {routeWords(peer.transport, measured?.route ?? null)}
        </p>
      </div>
      <dl className={css['numbers']}>
        <Number name="Received">
          {bytes(peer.received)}
          {measured && measured.inRate > 0 ? ` · ${bytes(measured.inRate)}/s` : ''}
        </Number>
        <Number name="Sent">
          {bytes(peer.sent)}
          {measured && measured.outRate > 0 ? ` · ${bytes(measured.outRate)}/s` : ''}
        </Number>
        <Number name="It still needs">{peer.behind === 0 ? 'nothing' : count(peer.behind, 'batch', 'batches')}</Number>
        <Number name="It has for us">{peer.ahead ? 'more, on its way' : 'nothing new'}</Number>
        <Number name="Until saved there">{lagWords(peer.lagMs)}</Number>
      </dl>
    </li>
  )
}

function Number({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Who is here, and reached by way of others. */
function AlsoHere({ linked }: { readonly linked: readonly PeerStatus[] }) {
  const { views } = useSession().replica
  const others = byActor(useOthersHere()).filter((person) => !linked.some(({ actor }) => actor === person.actor))
  if (others.length === 0) return null
  return (
    <>
      <h3 className={css['subtitle']}>Here as well, reached by way of others</h3>
      <ul className={panel['panel']}>
        {others.map((person) => {
          const id = person.task === null ? null : views.find(person.task)
          const row = id === null ? null : views.task(id)
          return (
            <li key={person.actor} className={panel['line']}>
              <PersonAvatar name={person.name} color={person.color} />
              <bdi className={panel['grow']}>{person.name}</bdi>
              {row ? <span className={panel['soft']}>looks at {row.key}</span> : null}
            </li>
          )
        })}
      </ul>
    </>
  )
}

const MEASURE_MS = 2000

/** Rates since the last look, and the way each link goes; looked at now and then while the page is shown. */
function useMeasured(peers: readonly PeerStatus[]): ReadonlyMap<string, Measured> {
  const [measured, setMeasured] = useState<ReadonlyMap<string, Measured>>(new Map())
  const latest = useRef(peers)
  useEffect(() => {
    latest.current = peers
  }, [peers])
  useEffect(() => {
    let wanted = true
    let before = new Map<string, { readonly received: number; readonly sent: number; readonly at: number }>()
    const look = async (): Promise<void> => {
      const at = performance.now()
      const known = new Map(before)
      before = new Map(latest.current.map((peer) => [nameOf(peer), { received: peer.received, sent: peer.sent, at }]))
      const rows = latest.current.map(async (peer): Promise<[string, Measured]> => {
        const last = known.get(nameOf(peer))
        const seconds = last ? (at - last.at) / 1000 : 0
        const rate = (now: number, then: number | undefined): number =>
          seconds > 0 && then !== undefined ? Math.max(0, (now - then) / seconds) : 0
        return [
          nameOf(peer),
          {
            // A link that has just closed has no statistics any more.
            route: (await peer.route?.().catch(() => null)) ?? null,
            inRate: rate(peer.received, last?.received),
            outRate: rate(peer.sent, last?.sent),
          },
        ]
      })
      const next = new Map(await Promise.all(rows))
      if (wanted) setMeasured(next)
    }
    void look()
    const timer = setInterval(() => void look(), MEASURE_MS)
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [])
  return measured
}

function nameOf({ transport, peer }: PeerStatus): string {
  return `${transport} ${peer}`
}
