import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'
import hues from '../kit/hue.module.css'
import { links } from '../links.ts'
import { age, hueOf, initials } from '../words.ts'
import css from './start.module.css'

interface Listed {
  readonly id: string
  readonly name: string
  readonly openedAt: number
}

/** The workspaces of this profile, the last opened first. */
export function WorkspaceList({ workspaces }: { readonly workspaces: readonly Listed[] }) {
  const sorted = workspaces.toSorted((a, b) => b.openedAt - a.openedAt)
  return (
    <section aria-labelledby="workspaces">
      <h2 id="workspaces" className={css['sectionTitle']}>
        On this device
      </h2>
      <ul className={css['list']}>
        {sorted.map(({ id, name, openedAt }) => (
          <li key={id}>
            <Link href={links.board(id)} className={css['workspace']}>
              <span className={`${css['tile']} ${hues['hue']}`} data-hue={hueOf(id)} aria-hidden>
                {initials(name)}
              </span>
              <span className={css['workspaceName']}>{name}</span>
              <span className={css['faint']}>{openedWords(openedAt)}</span>
              <ChevronRight size={16} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function openedWords(at: number): string {
  const ago = age(new Date(at).toISOString(), Date.now())
  return ago === 'now' ? 'opened just now' : `opened ${ago} ago`
}
