/** Where bugs of the page end up: says what happened, that the work is safe, and what to do. */

import { Component, type ReactNode } from 'react'
import { exportCopy } from './export-copy.ts'
import css from './error-boundary.module.css'
import { Button } from './kit/button.tsx'
import type { Session } from './session.ts'

interface Props {
  readonly session: Session | null
  readonly children: ReactNode
}

export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} session={this.props.session} /> : this.props.children
  }
}

function Broken({ error, session }: { readonly error: Error; readonly session: Session | null }) {
  const pending = session?.sync.get().save.pending ?? 0
  return (
    <main className={css['page']}>
      <h1 className={css['title']}>This page ran into a fault and stopped</h1>
      <p className={css['text']}>
        {pending === 0
          ? 'Your work is safe: everything was saved on this device before the page stopped. '
          : 'What was saved on this device is safe. The last few changes were still being written; download a copy before you reload. '}
        Reload to carry on. If it happens again, download a copy of the workspace and report the words below.
      </p>
      <div className={css['actions']}>
        <Button look="primary" onClick={() => location.reload()}>
          Reload
        </Button>
        {session ? (
          <Button look="outline" onClick={() => void exportCopy(session)}>
            Download a copy
          </Button>
        ) : null}
      </div>
      <details className={css['details']}>
        <summary>What happened</summary>
        <pre className={css['trace']}>{error.stack ?? error.message}</pre>
      </details>
    </main>
  )
}
