/**
 * One run, from the briefing to its end: steps of the model, calls of its tools, and nothing in between that is not kept.
 *
 * After each step and each answer the conversation is kept, so whoever goes on with the run goes on from there and does nothing
 * twice. A run that is paused waits where it stands; one that was stopped or lost ends within the current call. People's words
 * reach the model before its next step. It ends by submit, block or release, else it fails: a model that falls silent is told so twice.
 */

import { ok, refuse, type Result } from '../base/result.ts'
import { startOf, wellFormed } from '../base/well-formed.ts'
import type { ActorKey, NodeId } from '../core/ids.ts'
import { LOCAL } from '../core/limits.ts'
import type { AgentPort, AgentSelf, Briefing, Kept, NeedsApproval, Taken } from './agent-port.ts'
import { nearEnd, roomFor } from './budget.ts'
import type { Clock } from './clock.ts'
import {
  costOf,
  type EndReason,
  type Model,
  ModelError,
  type ModelRequest,
  NO_USAGE,
  sumOf,
  type ToolAnswer,
  type ToolCall,
  type Usage,
} from './model.ts'
import { OutOfRoomError, stepOf } from './model-step.ts'
import { checkpointOf, CUT_OFF, INTERRUPTED, newsOf, NUDGE, openingOf, sentBackOf, systemOf } from './prompt.ts'
import { askedBefore, fieldOf, spentBy, wasSubmitted } from './resume.ts'
import { HeldBackError, RunWatch } from './run-watch.ts'
import { ENDING, REPEATABLE } from './tool-names.ts'
import { Transcript, transcriptPath } from './transcript.ts'

export interface AttemptPorts {
  readonly port: AgentPort
  readonly model: Model
  readonly clock: Clock
  readonly random: () => number
  /** The step that is shown with the sign of life. */
  readonly show: (step: string) => void
}

/** `gone`: it was taken away, or ended by somebody. */
export type Outcome = 'submitted' | 'blocked' | 'released' | 'failed' | 'gone'

const OUTCOMES: Readonly<Record<string, Outcome>> = { submit: 'submitted', block: 'blocked', release: 'released' }

/** Throws the signal's reason when that is aborted: the run stays as it is then, to be gone on with. */
export async function attempt(ports: AttemptPorts, taken: Taken, signal: AbortSignal): Promise<Outcome> {
  const watch = new RunWatch(ports.port, taken.run, signal)
  const one = new Attempt(ports, taken, watch)
  try {
    return await one.run()
  } catch (error) {
    if (!(error instanceof HeldBackError) || signal.aborted) throw error
    if (watch.hold.state === 'submitted') return 'submitted'
    await one.leave()
    return 'gone'
  } finally {
    watch.close()
  }
}

class Attempt {
  readonly #ports: AttemptPorts
  readonly #taken: Taken
  readonly #watch: RunWatch
  #self: AgentSelf = NOBODY
  #kept: Kept = FRESH
  #transcript = new Transcript('')
  /** Why the last step ended. */
  #ended: EndReason = 'words'

  constructor(ports: AttemptPorts, taken: Taken, watch: RunWatch) {
    this.#ports = ports
    this.#taken = taken
    this.#watch = watch
  }

  async run(): Promise<Outcome> {
    const { port, show } = this.#ports
    const { run } = this.#taken
    show('Reading the task')
    const briefing = await this.#brief()
    if (briefing === null) throw new HeldBackError({ state: 'gone', detail: 'The run is not there any more.' })
    this.#self = await port.self()
    await this.#report('Reading the task')
    const pending = await this.#begin(briefing)
    if (pending.length > 0) {
      const ended = await this.#callAll(pending, briefing)
      if (ended) return ended
    }
    for (;;) {
      if (await this.#watch.untilHeld()) this.#self = await port.self()
      const news = this.#watch.takeNews()
      if (news.length > 0) this.#tell(newsOf(news))
      const near = this.#kept.warned ? null : nearEnd(this.#kept, this.#self.limits)
      if (near !== null) {
        this.#kept = { ...this.#kept, warned: true }
        this.#tell(checkpointOf(near))
      }
      const calls = await this.#step()
      if (calls === 'again') continue
      if (calls === 'over') return this.#giveUp(`The run came to its bounds: ${LOCAL.stepsPerRun} steps.`)
      if (calls === 'no budget') return this.#end('The run came to the bounds that its profile sets.', false)
      if (calls.length === 0) {
        if (this.#ended === 'declined') return this.#giveUp('The model declined to answer.')
        if (this.#kept.nudges >= LOCAL.nudgesPerRun)
          return this.#giveUp('It fell silent, and did not end its run though it was told to.')
        this.#kept = { ...this.#kept, nudges: this.#kept.nudges + 1 }
        this.#tell(this.#ended === 'length' ? CUT_OFF : NUDGE)
        await port.keep(run, this.#kept)
        continue
      }
      const ended = await this.#callAll(calls, null)
      if (ended) return ended
    }
  }

  async #brief(): Promise<Briefing | null> {
    const read = await this.#ports.port.brief(this.#taken.run)
    if (!read.ok) return null
    this.#watch.briefed(read.value)
    return read.value
  }

  /** Opens the conversation, or goes on with the one that was kept; answers the calls of it that have no answer yet. */
  async #begin(briefing: Briefing): Promise<readonly ToolCall[]> {
    const { port, model } = this.#ports
    const { run, resumed } = this.#taken
    const kept = await port.recall(run)
    const own = briefing.attempts.find(({ id }) => id === run)
    if (kept === null) {
      this.#transcript = new Transcript(`# ${briefing.task.key}: run ${run}\n\nBy ${this.#self.name}, ${model.name}.\n`)
      this.#kept = { ...FRESH, ...spentBy(own) }
      this.#tell(openingOf(briefing, resumed))
      if (resumed && own?.said) this.#tell(sentBackOf(own.said))
      return []
    }
    this.#kept = kept
    this.#transcript = new Transcript(kept.transcript)
    const last = kept.messages.at(-1)
    if (last?.role === 'assistant' && last.calls.length > 0) {
      if (!wasSubmitted(last.calls, own)) return last.calls
      const answers = last.calls.map(({ id, name }) => ({
        id,
        name,
        output: name === 'submit' ? '{}' : INTERRUPTED,
        failed: name !== 'submit',
      }))
      this.#kept = { ...kept, messages: [...kept.messages, { role: 'tool', answers }] }
      this.#tell(sentBackOf(own?.said ?? ''))
    } else if (last?.role === 'tool' && last.answers.some(({ name, failed }) => name === 'submit' && !failed)) {
      this.#tell(sentBackOf(own?.said ?? ''))
    }
    // What was said while nobody was here.
    const told = JSON.stringify(kept.messages)
    const missed = briefing.comments.filter(({ id, by }) => by !== this.#self.actor && !told.includes(id))
    if (missed.length > 0) this.#tell(newsOf(missed))
    return []
  }

  async #step(): Promise<readonly ToolCall[] | 'again' | 'over' | 'no budget'> {
    const { port, model, clock, random, show } = this.#ports
    const request = this.#request()
    const room = roomFor(this.#kept, this.#self.limits, model.price, request)
    if (!room.isLeft) {
      if (room.what === 'steps') return 'over'
      if (!(await port.overBudget(this.#taken.run, room.detail))) return 'no budget'
      // The pause is heard of by the next event; after it the bounds are looked at anew.
      await this.#brief()
      await this.#watch.untilHeld()
      this.#self = await port.self()
      this.#kept = { ...this.#kept, warned: false }
      await port.call('report_progress', { ...this.#named(), halted: null })
      return 'again'
    }
    show('Thinking')
    const began = clock.now()
    const asked = { ...request, maxOutputTokens: room.outputTokens }
    const onText = (text: string): void => show(lastLine(text))
    const onRetry = ({ kind }: ModelError, waitMs: number): void =>
      show(`${model.name} is ${kind}: another try in ${Math.ceil(waitMs / 1000)} s`)
    let spent = NO_USAGE
    const onUsage = (usage: Usage): void => void (spent = usage)
    const roomAfter = (usage: Usage): number | null => {
      const left = roomFor(this.#spentWith(usage), this.#self.limits, model.price, request)
      return left.isLeft ? left.outputTokens : null
    }
    let step
    try {
      const ports = { clock, random, onText, onRetry, onUsage, roomAfter }
      step = await this.#watch.while((signal) => stepOf(model, asked, signal, ports))
    } catch (error) {
      // Of a step that was broken off nothing is kept but its cost: it is made anew when the run goes on.
      this.#kept = this.#spentWith(spent)
      if (error instanceof HeldBackError && !error.isPause) throw error
      await this.#save()
      if (error instanceof HeldBackError || error instanceof OutOfRoomError) {
        await this.#report('')
        return 'again'
      }
      if (error instanceof ModelError) await this.#modelFailed(error)
      throw error
    }
    const { text, calls, reason } = step
    this.#ended = reason
    this.#transcript.said(this.#self.name, text)
    for (const call of calls) this.#transcript.called(call)
    const before = this.#spentWith(step.usage)
    this.#kept = {
      ...before,
      messages: [...before.messages, { role: 'assistant', text, calls }],
      steps: before.steps + 1,
      workedMs: before.workedMs + Math.max(0, clock.now() - began),
    }
    await this.#save()
    await this.#report(calls[0] ? callWords(calls[0]) : lastLine(text))
    return calls
  }

  /** Does the calls of one step, in their order. `briefing`: of a run that goes on, where some of them may have been done. */
  async #callAll(calls: readonly ToolCall[], briefing: Briefing | null): Promise<Outcome | null> {
    const answers: ToolAnswer[] = []
    let outcome: Outcome | null = null
    for (const call of calls) {
      if (outcome !== null) break
      await this.#watch.untilHeld()
      this.#ports.show(callWords(call))
      const answer = await this.#call(call, briefing)
      this.#transcript.answered(answer)
      answers.push(answer)
      if (!answer.failed) outcome = OUTCOMES[call.name] ?? null
    }
    this.#kept = { ...this.#kept, messages: [...this.#kept.messages, { role: 'tool', answers }] }
    if (outcome === 'blocked' || outcome === 'released') await this.#ports.port.keep(this.#taken.run, null)
    else await this.#save()
    return outcome
  }

  async #call(call: ToolCall, briefing: Briefing | null): Promise<ToolAnswer> {
    const { id, name, input } = call
    if (ENDING.has(name)) await this.#writeTranscript()
    const asked = name === 'ask' && briefing ? askedBefore(briefing, this.#taken.run, input) : null
    if (briefing && asked === null && name !== 'ask' && !REPEATABLE.has(name) && !ENDING.has(name))
      return { id, name, output: INTERRUPTED, failed: true }
    const done = asked === null ? await this.#approved(name, input) : ok(JSON.stringify({ id: asked }))
    if (!done.ok) return { id, name, output: JSON.stringify(done.refusal), failed: true }
    if (name !== 'ask') return { id, name, output: done.value, failed: false }
    this.#ports.show('Waiting for an answer')
    await this.#report('Waiting for an answer')
    const { id: question } = JSON.parse(done.value) as { readonly id: NodeId }
    const { answer } = await this.#watch.answerTo(question)
    return { id, name, output: JSON.stringify({ untrusted: { answer } }), failed: false }
  }

  /** Does it, after a person has said whether it may be done, where its profile wants that. */
  async #approved(name: string, input: unknown): Promise<Result<string>> {
    for (;;) {
      const done = await this.#use(name, input)
      if (done.ok || done.refusal.code !== 'needs_approval') return done
      this.#ports.show('Waiting for approval')
      await this.#report('Waiting for approval')
      await this.#watch.answerTo((done.refusal as NeedsApproval).question)
    }
  }

  /** What is held back while it is done is waited for a moment: most calls are over by then, and then it is known what they did. */
  async #use(name: string, input: unknown): Promise<Result<string>> {
    const { port, clock } = this.#ports
    const using = port.use(this.#taken.run, name, input)
    try {
      return await this.#watch.while(() => using)
    } catch (error) {
      if (!(error instanceof HeldBackError) || !error.isPause) throw error
      const late = new Promise<Result<string>>((resolve) =>
        clock.after(GRACE_MS, () => resolve(refuse({ code: 'unavailable', detail: INTERRUPTED }))),
      )
      return Promise.race([using, late])
    }
  }

  /** What is kept, with what a step has cost. */
  #spentWith(usage: Usage): Kept {
    const { usage: before, costMicros } = this.#kept
    return {
      ...this.#kept,
      usage: sumOf(before, usage),
      costMicros: costMicros + costOf(usage, this.#ports.model.price),
    }
  }

  #request(): Omit<ModelRequest, 'maxOutputTokens'> {
    const { id, key, title, kind } = this.#taken.task
    return {
      system: systemOf(this.#self),
      messages: this.#kept.messages,
      tools: this.#self.tools,
      about: { agent: this.#self.name, role: this.#self.role, task: { id, key, title, kind } },
    }
  }

  #tell(text: string): void {
    this.#transcript.said('Worknode', text)
    this.#kept = { ...this.#kept, messages: [...this.#kept.messages, { role: 'user', text }] }
  }

  #save(): Promise<void> {
    this.#kept = { ...this.#kept, transcript: this.#transcript.text }
    return this.#ports.port.keep(this.#taken.run, this.#kept)
  }

  async #report(step: string): Promise<void> {
    const { usage, costMicros } = this.#kept
    // A refusal says that the run is held back: the watch hears that as well.
    await this.#ports.port.call('report_progress', {
      ...this.#named(),
      ...(step === '' ? {} : { step }),
      ...(costMicros + usage.inputTokens + usage.outputTokens > 0 ? { usage: { ...usage, costMicros } } : {}),
    })
  }

  /** What was done is kept, though the run is another's now. */
  async leave(): Promise<void> {
    if (this.#transcript.text !== '') await this.#writeTranscript()
    await this.#ports.port.keep(this.#taken.run, null)
  }

  /** Left where the agent may write it; where it may not, the log tells what was done all the same. */
  async #writeTranscript(): Promise<void> {
    const { port } = this.#ports
    const { task, run } = this.#taken
    const [path, content] = [transcriptPath(task.key, run), this.#transcript.text]
    const briefing = await port.brief(run)
    const there = briefing.ok ? briefing.value.documents.find((document) => document.path === path) : undefined
    if (there) await port.call('update_document', { id: there.id, content })
    else await port.call('create_document', { path, content, task: task.id, mime: 'text/markdown' })
  }

  async #modelFailed(error: ModelError): Promise<void> {
    const words = `The model could not be used: ${error.message}`
    // What the last tries have cost.
    await this.#report('')
    if (error.kind === 'overloaded' || error.kind === 'auth') await this.#end(words, false)
    else await this.#giveUp(words)
  }

  #giveUp(note: string): Promise<Outcome> {
    return this.#end(note, true)
  }

  async #end(note: string, failed: boolean): Promise<Outcome> {
    await this.#writeTranscript()
    await this.#ports.port.call('release_task', { ...this.#named(), note: startOf(wellFormed(note), LOCAL.noteChars), failed })
    await this.#ports.port.keep(this.#taken.run, null)
    return failed ? 'failed' : 'released'
  }

  #named(): { readonly id: NodeId; readonly run: NodeId } {
    return { id: this.#taken.task.id, run: this.#taken.run }
  }
}

const GRACE_MS = 1000

const FRESH: Kept = {
  messages: [],
  usage: NO_USAGE,
  costMicros: 0,
  steps: 0,
  workedMs: 0,
  nudges: 0,
  warned: false,
  transcript: '',
}

const NOBODY: AgentSelf = {
  actor: '' as ActorKey,
  profile: null,
  name: '',
  role: '',
  skills: [],
  prompt: '',
  limits: { costMicros: null, minutes: null },
  tools: [],
  files: [],
}

function callWords({ name, input }: ToolCall): string {
  const about = ['path', 'step', 'title', 'question']
    .map((field) => fieldOf(input, field))
    .find((value) => typeof value === 'string')
  return short(typeof about === 'string' ? `${name}: ${about}` : name)
}

function lastLine(text: string): string {
  return short(text.trim().split('\n').at(-1) ?? '')
}

function short(text: string): string {
  const whole = wellFormed(text)
  return whole.length <= LOCAL.stepChars ? whole : `${startOf(whole, LOCAL.stepChars - 1)}…`
}
