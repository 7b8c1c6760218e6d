import { type ReactNode, useMemo, useSyncExternalStore } from 'react'
import { useObservable } from '../use-observable.ts'
import css from '../kit/panel.module.css'
import { useKnownPeople } from '../known-people.ts'
import { actorName } from '../names.ts'
import { useSession } from '../session.ts'
import { ago, exactTime } from '../times.ts'
import { useNow } from '../task/use-task.ts'
import { count } from '../words.ts'

/** What waits, on the way in and out, and why. */
export function Waiting() {
  const { replica, sync } = useSession()
  const { unshared, save } = useObservable(sync)
  const known = useKnownPeople()
  useChanges()
  const { waiting, held, sealed, outside } = replica.delayed
  const floods = replica.floods()
  const all: readonly (readonly [name: string, changes: number])[] = [
    ['Saved here, not yet at a peer', unshared],
    ['Still being saved', save.pending],
    ['Came early, waits for what goes before it', waiting],
    ['Ahead of this device’s clock, waits for its time', held],
    ['Sealed with a key that has not arrived', sealed],
    ['Kept out for now: came too fast, or from keys without any right here', outside],
    ...floods.map((flood) => [`Of it by who writes too fast: ${actorName(flood.actor, known)}`, flood.outside] as const),
    ['Kept but without effect: its author may not do it', replica.quarantine.size],
  ]
  const some = all.filter(([, changes]) => changes > 0)
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting" className={css['title']}>
        What waits
      </h2>
      {some.length === 0 ? (
        <p className={`${css['panel']} ${css['line']} ${css['soft']}`}>
          Nothing: all that was done here is saved and shared, and all that came from others counts.
        </p>
      ) : (
        <dl className={css['panel']}>
          {some.map(([name, changes]) => (
            <Fact key={name} name={name}>
              {count(changes, 'change')}
            </Fact>
          ))}
        </dl>
      )}
    </section>
  )
}

/** The feeds of the log, and whether any has two histories. */
export function Feeds() {
  const { replica, workspaceId } = useSession()
  const known = useKnownPeople()
  const { history } = replica
  useChanges()
  const { chainCount } = history
  const [feeds, forks] = useMemo(
    // A feed more, or a fork more, is a chain more.
    () =>
      chainCount >= 0 ? ([new Set(history.tips().map(({ feed }) => feed)).size, history.forks()] as const) : ([0, []] as const),
    [history, chainCount],
  )
  const own = replica.feedName
  return (
    <section aria-labelledby="feeds">
      <h2 id="feeds" className={css['title']}>
        Log
      </h2>
      <dl className={css['panel']}>
        <Fact name="Batches in the log">{history.count.toLocaleString('en')}</Fact>
        <Fact name="Feeds, one for each device and tab that wrote">{feeds.toLocaleString('en')}</Fact>
        <Fact name="The feed of this tab">
          <span className={css['mono']} title={own}>
            …{own.slice(-16)}
          </span>
        </Fact>
        <Fact name="Feeds with two histories: a copied profile, or somebody else with the key">
          {forks.length === 0
            ? 'None'
            : forks.map(({ feed, seq }) => (
                <span key={`${feed} ${seq}`}>
                  {actorName(feed.slice(0, replica.actor.length), known)}, from number {seq}{' '}
                </span>
              ))}
        </Fact>
        <Fact name="Encrypted, so that only those who are in can read it">
          {replica.isSealed ? 'Yes' : 'No: this workspace began without keys'}
        </Fact>
        <Fact name="Workspace">
          <span className={css['mono']}>{workspaceId.slice(0, 16)}</span>
        </Fact>
        <Fact name="Your key on this device">
          <span className={css['mono']}>{replica.actor}</span>
        </Fact>
      </dl>
    </section>
  )
}

/** Links that ended, the last first: who was turned away and why. */
export function ClosedLinks() {
  const { links } = useSession()
  const { closed } = useObservable(links)
  const known = useKnownPeople()
  const now = useNow()
  if (closed.length === 0) return null
  return (
    <section aria-labelledby="closed">
      <h2 id="closed" className={css['title']}>
        Connections that ended
      </h2>
      <ul className={css['panel']}>
        {closed
          .map((link, index) => ({ link, index }))
          .toReversed()
          .map(({ link, index }) => (
            <li key={`${link.at} ${index}`} className={css['line']}>
              <span className={css['grow']}>
                <bdi>{link.actor === null ? 'Somebody who did not say who they are' : actorName(link.actor, known)}</bdi>
                <span className={css['soft']}> · {link.reason}</span>
              </span>
              <time className={css['soft']} dateTime={new Date(link.at).toISOString()} title={exactTime(link.at)}>
                {ago(link.at, now)}
              </time>
            </li>
          ))}
      </ul>
    </section>
  )
}

/** Draws anew with every change of the log. */
function useChanges(): void {
  const { views } = useSession().replica
  useSyncExternalStore(
    (changed) => views.onChanged(changed),
    () => views.version,
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className={css['line']}>
      <dt className={css['grow']}>{name}</dt>
      <dd className={css['value']}>{children}</dd>
    </div>
  )
}
