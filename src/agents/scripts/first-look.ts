/**
 * The smallest script that does a task from end to end: it reads the card, leaves a note, and hands in. For trying out an agent
 * without a model; it understands nothing of what it reads.
 */

import type { Script } from '../scripted.ts'

export const firstLook: Script = ({ turn, task }) => {
  const { key = '', title = '' } = task ?? {}
  switch (turn) {
    case 0:
      return { say: 'I read the card first.', calls: [{ name: 'read_task', input: {} }] }
    case 1:
      return {
        calls: [
          { name: 'progress', input: { percent: 50, step: 'Writing a note' } },
          {
            name: 'write_document',
            input: { path: `notes/${key}.md`, content: `# ${title}\n\nSeen by a script, not by a model.\n` },
          },
        ],
      }
    default:
      return {
        calls: [{ name: 'submit', input: { summary: `A note on ${key}, by a script.`, checks: [`notes/${key}.md is there`] } }],
      }
  }
}
