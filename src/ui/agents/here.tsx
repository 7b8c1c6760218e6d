/** Of an agent that runs in this browser: that it does, or why not, and the ways to start and stop it. */

import { Power } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { Button } from '../kit/button.tsx'
import { notify } from '../notices.ts'
import { type HostedAgent, useSession } from '../session.ts'
import { faultWords } from '../words.ts'
import css from './agents.module.css'

const WORDS: Readonly<Record<HostedAgent['state'], string>> = {
  starting: 'Starts in this browser …',
  running: 'Runs in this browser',
  elsewhere: 'Runs in another tab of this browser',
  stopped: 'Stopped, in this browser',
  failed: 'Does not run',
}

function useHosted(actor: string | null): HostedAgent | null {
  const { hosted } = useSession()
  return useSyncExternalStore(hosted.list.subscribe, () => hosted.list.get().find((agent) => agent.actor === actor) ?? null)
}

export function HereTag({ actor }: { readonly actor: string | null }) {
  const agent = useHosted(actor)
  if (!agent) return null
  const { state, problem, model } = agent
  return (
    <span className={css['tag']} data-here={state} title={problem ?? undefined}>
      {WORDS[state]}
      {model.driver === 'scripted' ? ' · scripted' : ''}
      {problem === null ? '' : `: ${problem}`}
    </span>
  )
}

export function HereButton({ actor, name }: { readonly actor: string | null; readonly name: string }) {
  const { hosted } = useSession()
  const agent = useHosted(actor)
  if (!agent) return null
  const isOff = agent.state === 'stopped' || agent.state === 'failed'
  const turn = (): void => {
    const turned = isOff ? hosted.start(agent.actor) : hosted.stop(agent.actor)
    turned.catch((error: unknown) => notify(faultWords(error), { tone: 'bad' }))
  }
  return (
    <Button look="outline" aria-label={`${isOff ? 'Start' : 'Stop'} ${name} in this browser`} onClick={turn}>
      <Power size={13} aria-hidden />
      <span className={css['holdText']}>{isOff ? 'Start' : 'Stop'}</span>
    </Button>
  )
}
