/** The JSON Schema of what an operation takes: for the OpenAPI document, and to make values of the words of a query. */

import * as z from 'zod/mini'
import type { Operation } from '../operations/operation.ts'

export interface JsonSchema {
  readonly [keyword: string]: unknown
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
}

const known = new WeakMap<z.ZodMiniType, JsonSchema>()

export function inputSchema({ input }: Pick<Operation, 'input'>): JsonSchema {
  let schema = known.get(input)
  if (!schema) {
    const { $schema: _, ...rest } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonSchema
    known.set(input, (schema = rest))
  }
  return schema
}

/** A word of a query as the value that its schema asks for; what does not fit stays a word, and the schema says why. */
export function coerced(words: readonly string[], schema: JsonSchema): unknown {
  const types = typesOf(schema)
  if (types.includes('array')) return words.flatMap((word) => word.split(',')).map((word) => coerced([word], schema.items ?? {}))
  const [word = ''] = words
  if (words.length > 1) return words
  if (types.includes('boolean') && /^(?:true|false)$/i.test(word)) return word.toLowerCase() === 'true'
  if ((types.includes('integer') || types.includes('number')) && /^-?\d{1,16}$/.test(word)) return Number(word)
  return types.includes('null') && word === 'null' ? null : word
}

function typesOf({ type, anyOf }: JsonSchema): readonly string[] {
  if (Array.isArray(anyOf)) return (anyOf as readonly JsonSchema[]).flatMap(typesOf)
  return typeof type === 'string' ? [type] : (type ?? [])
}
