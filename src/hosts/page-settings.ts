/**
 * Where to find peers. A host says it under `/api/settings`; a page from a static host has no such door and falls back to
 * signalling at its own origin, or to what its join link names.
 */

import * as z from 'zod/mini'
import type { Settings } from '../store/profile.ts'

export interface PageSettings {
  readonly signalling: readonly string[]
  readonly iceServers: readonly RTCIceServer[]
  /** A host that is a peer of this workspace (hex), and the address of its socket; null where there is none. */
  readonly peer: { readonly workspace: string; readonly url: string } | null
  /** What the host names, whatever this browser was told to use. */
  readonly offered: Pick<PageSettings, 'signalling' | 'iceServers'>
}

const Answer = z.object({
  signalling: z.array(z.string()),
  iceServers: z.array(
    z.object({
      urls: z.union([z.string(), z.array(z.string())]),
      username: z.optional(z.string()),
      credential: z.optional(z.string()),
    }),
  ),
  peer: z.optional(z.object({ workspace: z.string(), path: z.string() })),
})

export async function loadSettings(page: Location): Promise<PageSettings> {
  const own = `${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/signal`
  const answer = await askHost(new URL('api/settings', page.href.split('#')[0]))
  const signalling = answer && answer.signalling.length > 0 ? answer.signalling : [own]
  const peer = answer?.peer ? { workspace: answer.peer.workspace, url: own.replace(/signal$/, answer.peer.path) } : null
  const offered = { signalling, iceServers: (answer?.iceServers ?? []) as RTCIceServer[] }
  return { ...offered, peer, offered }
}

/** The settings of the page, and over them what was chosen in this browser. */
export function withChosen(page: PageSettings, { signalling, iceServers }: Settings): PageSettings {
  return { ...page, signalling: signalling ?? page.signalling, iceServers: iceServers ?? page.iceServers }
}

async function askHost(url: URL): Promise<z.output<typeof Answer> | null> {
  try {
    const response = await fetch(url)
    return response.ok ? Answer.parse(await response.json()) : null
  } catch {
    // Offline, or a static host that answers with a page: both mean that nobody here has settings for us.
    return null
  }
}
