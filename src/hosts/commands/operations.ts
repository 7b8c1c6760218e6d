/**
 * The operations table as commands: `worknode tasks create --title …`, `worknode call create_task --json '{…}'`.
 *
 * An operation stands under the word its route begins with, named by what is left of its name without that word. What its path
 * names are arguments; the other fields of its schema are options. So an operation that is added to the table has a command, with
 * its help, and nothing to be written here.
 */

import { inputSchema, type JsonSchema } from '../../api/input-schema.ts'
import { STATUSES } from '../../core/fields.ts'
import { EVERY_OPERATION } from '../../operations/every-operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { OperationName } from '../../sdk/operations.ts'

export interface OperationCommand {
  readonly operation: OperationName
  readonly summary: string
  /** `tasks create`; the first one alone where the group has but that one. */
  readonly group: string
  readonly verb: string
  /** Fields that are arguments, in the order of the path. */
  readonly params: readonly string[]
  readonly options: readonly CommandOption[]
}

export interface CommandOption {
  readonly field: string
  /** `--not-before`. */
  readonly flag: string
  readonly kind: 'text' | 'number' | 'switch' | 'list' | 'json'
  readonly isRequired: boolean
  /** The words that it takes, where they are known. */
  readonly choices: readonly string[]
}

type Described = Pick<Operation, 'name' | 'summary' | 'route' | 'input'>

/** In the order of the table. */
export function operationCommands(table: Readonly<Record<string, Described>> = EVERY_OPERATION): readonly OperationCommand[] {
  const made = Object.values(table).map((operation): OperationCommand => {
    const path = operation.route.split(' ')[1] ?? ''
    const group = path.split('/')[1] ?? ''
    const params = [...path.matchAll(/:(\w+)/g)].map(([, field]) => field as string)
    const { properties = {}, required = [] } = inputSchema(operation)
    const fields = Object.entries(properties).filter(([field]) => !params.includes(field))
    return {
      operation: operation.name as OperationName,
      summary: operation.summary,
      group,
      verb: verbOf(operation.name, group),
      params,
      options: fields.map(([field, schema]) => ({
        field,
        flag: `--${dashed(field)}`,
        kind: kindOf(schema),
        isRequired: required.includes(field),
        choices: choicesOf(field, schema),
      })),
    }
  })
  // Where two would be called the same (a task, many tasks), the one for many keeps its whole name.
  return made.map((one) =>
    made.some((other) => other !== one && other.group === one.group && other.verb === one.verb) && one.operation.endsWith('s')
      ? { ...one, verb: dashed(one.operation) }
      : one,
  )
}

function verbOf(name: string, group: string): string {
  const nouns = new Set([group, group.replace(/ies$/, 'y').replace(/s$/, '')])
  const words = name.split('_').filter((word) => !nouns.has(word))
  return words.length === 0 ? dashed(name) : words.join('-')
}

function dashed(name: string): string {
  return name.replaceAll('_', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function kindOf(schema: JsonSchema): CommandOption['kind'] {
  const [shape = {}, ...others] = shapesOf(schema)
  if (others.length > 0) return 'json'
  if (shape.type === 'boolean') return 'switch'
  if (shape.type === 'integer' || shape.type === 'number') return 'number'
  if (shape.type === 'array') return shape.items?.type === 'string' ? 'list' : 'json'
  return shape.type === 'string' ? 'text' : 'json'
}

function choicesOf(field: string, schema: JsonSchema): readonly string[] {
  // A status takes older words as well, so its schema names none.
  if (field === 'status') return STATUSES
  const words = shapesOf(schema).flatMap((shape) => (shape.items ?? shape)['enum'] ?? [])
  return words.filter((word) => typeof word === 'string')
}

/** What a value can be beside nothing. */
function shapesOf(schema: JsonSchema): readonly JsonSchema[] {
  const { anyOf, type } = schema
  const shapes = Array.isArray(anyOf)
    ? (anyOf as readonly JsonSchema[]).flatMap(shapesOf)
    : [type].flat().map((one): JsonSchema => ({ ...schema, ...(one !== undefined && { type: one }) }))
  return shapes.filter((one) => one.type !== 'null')
}

/** What was typed, as the operation takes it; a text that says why not where a value is not what it should be. */
export function inputOf(
  { params, options }: OperationCommand,
  args: readonly string[],
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> | string {
  const input: Record<string, unknown> = Object.fromEntries(params.map((field, index) => [field, args[index]]))
  for (const { field, flag, kind } of options) {
    const value = given[field]
    if (value === undefined) continue
    // What may be nothing is given as `none`.
    if (value === 'none' && kind !== 'list') input[field] = null
    else if (kind === 'number') {
      if (!/^-?\d+(?:\.\d+)?$/.test(String(value))) return `${flag} takes a number, not "${String(value)}".`
      input[field] = Number(value)
    } else if (kind === 'json') {
      try {
        input[field] = JSON.parse(String(value))
      } catch (error) {
        return `${flag} takes JSON: ${(error as SyntaxError).message}`
      }
    } else input[field] = value
  }
  return input
}
