import { Link } from 'wouter'
import { links } from '../links.ts'
import css from './start.module.css'

/** Between an address and its workspace. */
export function Opening({ problem }: { readonly problem: string | null }) {
  if (problem === null)
    return (
      <main className={css['opening']}>
        <h1 className={css['hidden']}>Worknode</h1>
        <p className={css['working']}>
          <span className={css['spinner']} aria-hidden />
          Opening the workspace …
        </p>
      </main>
    )
  return (
    <main className={css['opening']}>
      <h1 className={css['panelTitle']}>This workspace could not be opened here</h1>
      <p className={css['soft']}>{problem}</p>
      <p className={css['faint']}>Nothing was changed. If somebody shared this address with you, ask them for an invite link.</p>
      <Link href={links.start()}>Go to the start page</Link>
    </main>
  )
}
