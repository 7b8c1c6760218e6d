/**
 * A task in a program’s hand: what was read of it last, and what can be done with it. Each call answers the task as it is then, so
 * `status` and `data` are as new as the last call.
 *
 * What is written says what was read before (`seen`). Where a person has changed the task since, an agent's call rejects with
 * `human_fence`, and nothing was written: `refresh` reads what is there now, and lets the program go on.
 */

import { answerTo } from './answer.ts'
import type { CallOptions, Door } from './door.ts'
import type { AnswerOf, InputOf, TaskData } from './operations.ts'

/** What shows that the work is done. A text alone is its summary. */
export type Evidence = string | { readonly summary?: string; readonly checks?: readonly string[] }

export interface AskOptions extends CallOptions {
  /** Answers to choose from. */
  readonly options?: readonly string[]
  /** Whether another answer may be given as well. */
  readonly freeForm?: boolean
}

export class Task {
  readonly #door: Door
  #data: TaskData

  constructor(door: Door, data: TaskData) {
    this.#door = door
    this.#data = data
  }

  get data(): TaskData {
    return this.#data
  }

  get id(): string {
    return this.#data.id
  }

  get key(): string {
    return this.#data.key
  }

  get title(): string {
    return this.#data.title
  }

  get status(): TaskData['status'] {
    return this.#data.status
  }

  /** What it is about. */
  get body(): string {
    return this.#data.body
  }

  async refresh(options?: CallOptions): Promise<this> {
    return this.#took(await this.#door.call('get_task', { id: this.id }, options))
  }

  /** Asks for the task and begins it; `claim_held` says who was first. */
  async claim(options?: CallOptions): Promise<this> {
    await this.#door.call('claim_task', { id: this.id }, options)
    return this.#took(await this.#door.call('confirm_task', { id: this.id }, options))
  }

  async update(fields: Omit<InputOf<'update_task'>, 'id'>, options?: CallOptions): Promise<this> {
    return this.#took(await this.#door.call('update_task', { seen: this.#data.seen, ...fields, id: this.id }, options))
  }

  /** Says that the work goes on. `withRun` does this by itself. */
  async renew(options?: CallOptions): Promise<this> {
    return this.#took(await this.#door.call('renew_task', { id: this.id }, options))
  }

  /** Percent, and what is being done. */
  async progress(
    percent: number,
    { step, usage, ...options }: CallOptions & Pick<InputOf<'report_progress'>, 'step' | 'usage'> = {},
  ): Promise<this> {
    const input = {
      id: this.id,
      seen: this.#data.seen,
      progress: percent,
      ...(step !== undefined && { step }),
      ...(usage && { usage }),
    }
    return this.#took(await this.#door.call('report_progress', input, options))
  }

  addDocument(
    path: string,
    content: string,
    { mime, ...options }: CallOptions & { readonly mime?: string } = {},
  ): Promise<AnswerOf<'add_document'>> {
    const input = { id: this.id, seen: this.#data.seen, path, content, ...(mime !== undefined && { mime }) }
    return this.#door.call('add_document', input, options)
  }

  documents(options?: CallOptions): Promise<AnswerOf<'list_documents'>> {
    return this.#door.call('list_documents', { id: this.id }, options)
  }

  comment(body: string, options?: CallOptions): Promise<AnswerOf<'comment_task'>> {
    return this.#door.call('comment_task', { id: this.id, body }, options)
  }

  /** Asks people, and resolves with what they answer: that may take days, so give a signal where it must not. */
  async ask(question: string, { options: choices, freeForm, ...options }: AskOptions = {}): Promise<string> {
    const input = {
      id: this.id,
      question,
      ...(choices && { options: [...choices] }),
      ...(freeForm !== undefined && { freeForm }),
    }
    const { id } = await this.#door.call('ask_task', input, options)
    return answerTo(this.#door, this.id, id, options.signal)
  }

  /** Hands the work in for review. */
  async submit(evidence: Evidence = '', options?: CallOptions): Promise<this> {
    const { summary = '', checks = [] } = typeof evidence === 'string' ? { summary: evidence } : evidence
    const input = { id: this.id, seen: this.#data.seen, summary, checks: [...checks] }
    return this.#took(await this.#door.call('submit_task', input, options))
  }

  /** Gives the task back, undone. */
  async release({
    failed = false,
    note = '',
    ...options
  }: CallOptions & { readonly failed?: boolean; readonly note?: string } = {}): Promise<this> {
    return this.#took(await this.#door.call('release_task', { id: this.id, failed, note }, options))
  }

  /** So that `JSON.stringify` and a console show the task. */
  toJSON(): TaskData {
    return this.#data
  }

  #took(data: TaskData): this {
    this.#data = data
    return this
  }
}
