/**
 * Adds an agent that runs in this browser. Its own key is made here and stays here; a key of a provider is kept here as well,
 * encrypted, and goes to that provider and nobody else. What it may is what its role may.
 */

import { type FormEvent, useState } from 'react'
import { AGENT_ROLES, roleNamed } from '../../agents/roles/all.ts'
import { SCRIPTED_WORDS } from '../../agents/scenario/team.ts'
import type { ModelConfig } from '../../agents/model-config.ts'
import { LOCAL } from '../../core/limits.ts'
import { Button } from '../kit/button.tsx'
import { Dialog } from '../kit/dialog.tsx'
import { Field } from '../kit/field.tsx'
import fields from '../kit/field.module.css'
import { notify } from '../notices.ts'
import { type Ends, endsAt, EndsField } from '../people/ends.tsx'
import { list } from '../people/words.ts'
import { useSession } from '../session.ts'
import { faultWords } from '../words.ts'

type Driver = ModelConfig['driver']

const DRIVERS: readonly (readonly [Driver, string])[] = [
  ['anthropic', 'Anthropic'],
  ['openai-compatible', 'A server that speaks OpenAI’s protocol'],
  ['browser', 'The browser’s own model'],
  ['scripted', 'None: it follows the script of the demo'],
]

interface Typed {
  readonly role: string
  readonly name: string
  readonly driver: Driver
  readonly model: string
  readonly url: string
  readonly apiKey: string
  readonly ends: Ends
}

const FIRST: Typed = {
  role: 'backend',
  name: '',
  driver: 'anthropic',
  model: '',
  url: '',
  apiKey: '',
  ends: { choice: '8h', at: '' },
}

export function AgentHereDialog({ onClose }: { readonly onClose: () => void }) {
  const { hosted, replica } = useSession()
  const [typed, setTyped] = useState(FIRST)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const role = roleNamed(typed.role)
  const change = (part: Partial<Typed>): void => setTyped({ ...typed, ...part })
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const model = modelOf(typed)
    const expires = endsAt(typed.ends, replica.now())
    if (typeof model === 'string') return setProblem(model)
    if (expires === 'wrong') return setProblem('Choose a moment that is still to come.')
    setBusy(true)
    const name = typed.name.trim() || (role?.name ?? typed.role)
    const added = await hosted.add({ name, role: typed.role, model, apiKey: typed.apiKey.trim(), expires }).catch(brokenOff)
    setBusy(false)
    if (!added.ok) return setProblem(added.refusal.detail)
    notify(`${name} runs in this browser. It takes the next task that fits.`)
    onClose()
  }
  return (
    <Dialog title="An agent in this browser" onClose={onClose}>
      <form className={fields['form']} onSubmit={(event) => void submit(event)}>
        <p>It works as long as a tab with this workspace is open here. Its key is made in this browser and never leaves it.</p>
        <div className={fields['row']}>
          <Field label="Role">
            {(props) => (
              <select {...props} value={typed.role} onChange={(event) => change({ role: event.target.value })}>
                {AGENT_ROLES.map(({ role: one, name }) => (
                  <option key={one} value={one}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Name">
            {(props) => (
              <input
                {...props}
                value={typed.name}
                placeholder={role?.name ?? ''}
                maxLength={LOCAL.nameChars}
                autoComplete="off"
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
        </div>
        {role ? (
          <p className={fields['hint']}>
            {role.summary} {role.files.length === 0 ? '' : `May write ${list(role.files)}.`}
          </p>
        ) : null}
        <Field label="What thinks for it">
          {(props) => (
            <select {...props} value={typed.driver} onChange={(event) => change({ driver: event.target.value as Driver })}>
              {DRIVERS.map(([driver, title]) => (
                <option key={driver} value={driver} disabled={driver === 'browser' && !('LanguageModel' in globalThis)}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <ModelFields typed={typed} onChange={change} />
        <EndsField ends={typed.ends} onChange={(ends) => change({ ends })} />
        {problem === null ? null : (
          <p role="alert" className={fields['problem']}>
            {problem}
          </p>
        )}
        <div className={fields['actions']}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={isBusy}>
            {isBusy ? 'Bringing it in …' : 'Add and start'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function ModelFields({ typed, onChange }: { readonly typed: Typed; readonly onChange: (part: Partial<Typed>) => void }) {
  const { driver, model, url, apiKey } = typed
  if (driver === 'scripted') return <p className={fields['hint']}>{SCRIPTED_WORDS}</p>
  if (driver === 'browser') return <p className={fields['hint']}>Runs on this device. Nothing is sent anywhere.</p>
  const isServer = driver === 'openai-compatible'
  return (
    <>
      <div className={fields['row']}>
        <Field label="Model">
          {(props) => (
            <input
              {...props}
              value={model}
              placeholder={isServer ? 'qwen3' : 'claude-sonnet-4-5'}
              maxLength={LOCAL.nameChars}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onChange({ model: event.target.value })}
            />
          )}
        </Field>
        {isServer ? (
          <Field label="Address">
            {(props) => (
              <input
                {...props}
                type="url"
                value={url}
                placeholder="http://localhost:11434/v1"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => onChange({ url: event.target.value })}
              />
            )}
          </Field>
        ) : null}
      </div>
      <Field
        label={isServer ? 'Key of the server, if it needs one' : 'Key of the provider'}
        hint="Kept in this browser only, encrypted; never in the workspace. Sent to the provider and to nobody else. Empty: the one that is kept already."
      >
        {(props) => (
          <input
            {...props}
            type="password"
            value={apiKey}
            autoComplete="off"
            onChange={(event) => onChange({ apiKey: event.target.value })}
          />
        )}
      </Field>
    </>
  )
}

/** The choice as drivers take it, or what is wrong with what was typed. */
function modelOf({ driver, model, url }: Typed): ModelConfig | string {
  switch (driver) {
    case 'scripted':
      return { driver, script: 'demo' }
    case 'browser':
      return { driver }
    case 'anthropic':
      return model.trim() === '' ? 'Name the model, such as claude-sonnet-4-5.' : { driver, model: model.trim() }
    case 'openai-compatible':
      if (model.trim() === '') return 'Name the model that the server is to use.'
      if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
        return 'The address begins with https:// or http://, such as http://localhost:11434/v1.'
      return { driver, model: model.trim(), url }
  }
}

function brokenOff(error: unknown): { readonly ok: false; readonly refusal: { readonly code: string; readonly detail: string } } {
  return { ok: false, refusal: { code: 'unavailable', detail: `The agent was not added: ${faultWords(error)}` } }
}
