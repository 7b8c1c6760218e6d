import { lazy, Suspense } from 'react'
import css from './markdown.module.css'

// The parser is a chunk of its own; until it is here the text reads as it was typed.
const Rendered = lazy(async () => {
  const { renderMarkdown } = await import('./render-markdown.ts')
  return { default: ({ source }: { readonly source: string }) => renderMarkdown(source) }
})

/** What somebody wrote, shown as Markdown. */
export function Markdown({ source }: { readonly source: string }) {
  return (
    <div className={css['prose']}>
      <Suspense fallback={<p className={css['plain']}>{source}</p>}>
        <Rendered source={source} />
      </Suspense>
    </div>
  )
}
