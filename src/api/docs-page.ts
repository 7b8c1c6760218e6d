/**
 * The OpenAPI document as a page that people browse: one piece of HTML without a script and without anything from elsewhere, so it
 * works offline and under any policy. Whatever it shows comes from the document and is escaped.
 */

import type { JsonSchema } from './input-schema.ts'
import type { OpenApi } from './openapi.ts'
import { PROBLEMS } from './problem.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

interface Described {
  readonly operationId: string
  readonly tags?: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

export function docsPage(api: OpenApi): string {
  const all = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Readonly<Record<string, Described>>).map(([method, described]) => ({ path, method, described })),
  )
  // A twin says the same under another method.
  const told = all.filter(({ described }) => !/_(?:put|patch)$/.test(described.operationId))
  const groups = [...new Set(told.map(({ described }) => described.tags?.[0] ?? 'host'))]
  const schemas = Object.entries((api.components['schemas'] ?? {}) as Readonly<Record<string, JsonSchema>>)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Worknode API</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Worknode API</h1><p>Version ${escaped(String(api.info['version']))}. <a href="/api/openapi.json">OpenAPI document</a>.</p>
${String(api.info['description'])
  .split('\n\n')
  .map((part) => `<p>${escaped(part).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
  .join('\n')}</header>
<nav aria-label="Sections"><ul>
${[...groups, 'problems', 'schemas'].map((name) => `<li><a href="#${escaped(name)}">${escaped(name)}</a></li>`).join('\n')}
</ul></nav>
<main>
${groups
  .map((name) => {
    const own = told.filter(({ described }) => (described.tags?.[0] ?? 'host') === name)
    return `<section id="${escaped(name)}"><h2>${escaped(name)}</h2>\n${own.map(operationHtml).join('\n')}</section>`
  })
  .join('\n')}
<section id="problems"><h2>problems</h2>
${Object.entries(PROBLEMS)
  .map(([code, [status, title]]) => `<p id="${code}"><code>${code}</code> ${status}: ${escaped(title)}.</p>`)
  .join('\n')}
</section>
<section id="schemas"><h2>schemas</h2>
${schemas.map(([name, schema]) => `<details id="schema-${escaped(name)}"><summary>${escaped(name)}</summary>${schemaHtml(schema)}</details>`).join('\n')}
</section>
</main>
</body>
</html>
`
}

function operationHtml({ path, method, described }: { path: string; method: string; described: Described }): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = described
  const rows = parameters.map(
    ({ name, in: place, required, schema, description: words = '' }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(place)}${required ? ', needed' : ''}</td><td><code>${escaped(shortOf(schema))}</code> ${escaped(words)}</td></tr>`,
  )
  const answers = Object.entries(responses).flatMap(([status, { content = {} }]) =>
    Object.entries(content).map(
      ([type, { schema }]) => `<h4>${escaped(status)} <code>${escaped(type)}</code></h4>${schemaHtml(schema)}`,
    ),
  )
  return `<details id="${escaped(operationId)}"><summary><code class="method">${escaped(method.toUpperCase())}</code> <code>${escaped(path)}</code> <span>${escaped(summary)}</span></summary>
${description ? `<p>${escaped(description)}</p>` : ''}
${rows.length > 0 ? `<table><thead><tr><th>Name</th><th>Where</th><th>What</th></tr></thead><tbody>${rows.join('')}</tbody></table>` : ''}
${Object.entries(requestBody?.content ?? {})
  .map(([type, { schema }]) => `<h4>Body <code>${escaped(type)}</code></h4>${schemaHtml(schema)}`)
  .join('\n')}
${answers.join('\n')}
</details>`
}

function shortOf({ type, enum: words, anyOf, items }: JsonSchema): string {
  if (Array.isArray(words)) return words.map((word) => JSON.stringify(word)).join(' | ')
  if (Array.isArray(anyOf)) return (anyOf as readonly JsonSchema[]).map(shortOf).join(' | ')
  if (type === 'array') return `${shortOf(items ?? {})}[]`
  return Array.isArray(type) ? type.join(' | ') : String(type ?? 'any')
}

/** Names of schemas lead to them. */
function schemaHtml(schema: JsonSchema): string {
  const text = escaped(JSON.stringify(schema, null, 2))
  return `<pre>${text.replaceAll(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>')}</pre>`
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; max-width: 60rem; padding: 1rem }
nav ul { display: flex; flex-wrap: wrap; gap: .5rem 1rem; list-style: none; padding: 0 }
details { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 }
summary { cursor: pointer }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .5rem; vertical-align: top }
pre { overflow: auto; padding: .75rem; background: color-mix(in srgb, currentColor 7%, transparent); border-radius: 6px }
`
