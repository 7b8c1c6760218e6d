import { hueOf, initials } from '../words.ts'
import css from './avatar.module.css'
import hues from './hue.module.css'

/** A person who is here, in the colour they chose (an attribute of the drawing: any colour, no style). */
export function PersonAvatar({
  name,
  color,
  size = 24,
}: {
  readonly name: string
  readonly color: string
  readonly size?: number
}) {
  return (
    <svg className={css['avatar']} width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <circle cx="12" cy="12" r="12" fill={color} />
      <text x="12" y="12" dy="0.36em" textAnchor="middle" fill={inkOn(color)}>
        {initials(name)}
      </text>
    </svg>
  )
}

/** Whom a task is assigned to: a name, which may be a person's or an agent's. */
export function AssigneeAvatar({ name }: { readonly name: string }) {
  return (
    <span className={`${css['assignee']} ${hues['hue']}`} data-hue={hueOf(name)} title={name} aria-hidden>
      {initials(name)}
    </span>
  )
}

/** Black or white, whichever reads better on `color` (WCAG luminance). */
function inkOn(color: string): string {
  const linear = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  const luminance = 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0)
  return luminance > 0.179 ? '#000000' : '#ffffff'
}
