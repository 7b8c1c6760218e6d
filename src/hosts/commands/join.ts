/** `worknode join <link>`: brings an empty data folder into a workspace that others have; `worknode serve` is its host from then on. */

import { Command } from 'commander'
import { createHostLog } from '../host-log.ts'
import { joinWorkspace } from '../node-join.ts'
import { readSettings } from '../settings.ts'

export function joinCommand(): Command {
  return new Command('join')
    .description('join a workspace that others have, by a link: several hosts serve one workspace then')
    .argument('<link>', 'as "Invite" in the app copies it')
    .option('--data <folder>', 'an empty folder for the data (WORKNODE_DATA, .worknode)')
    .action(async (link: string, flags: { data?: string }) => {
      process.exitCode = await join(link, flags)
    })
}

async function join(link: string, flags: { data?: string }): Promise<0 | 1> {
  const say = (line: string): unknown => process.stderr.write(`${line}\n`)
  const settings = readSettings(process.env, flags)
  if (!settings.ok) {
    say(settings.refusal.detail)
    return 1
  }
  const given = new AbortController()
  process.once('SIGINT', () => given.abort())
  const joined = await joinWorkspace(settings.value.dataDir, link, { log: createHostLog('warn'), say, signal: given.signal })
  if (!joined.ok) {
    say(joined.refusal.detail)
    return 1
  }
  say(
    joined.value.peers.length > 0
      ? 'Joined. "npx worknode serve" serves it, and calls the host that the link led to.'
      : 'Joined. "npx worknode serve --webrtc" serves it, and meets the others over WebRTC.',
  )
  return 0
}
