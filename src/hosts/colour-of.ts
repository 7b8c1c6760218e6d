/** A colour of one's own, readable on light and dark, that follows from the key. */
export function colourOf(actor: string): string {
  const COLOURS = ['#5b5bd6', '#0a7d5a', '#c2410c', '#b4236c', '#1769aa', '#7c3aed', '#9a6700', '#0f766e'] as const
  return COLOURS[Number.parseInt(actor.slice(-2), 16) % COLOURS.length] as string
}
