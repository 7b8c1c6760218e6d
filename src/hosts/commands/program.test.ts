import { expect, test } from 'vitest'
import { operationCommands } from './operations.ts'
import { createProgram } from './program.ts'

test('every operation has a command, under a name that is nobody else’s', async () => {
  const program = await createProgram('.')
  const names = program.commands.map((command) => command.name())
  expect(names).toHaveLength(new Set(names).size)
  expect(names).toContain('call')
  for (const { group } of operationCommands()) expect(names).toContain(group)
})

test('a command that is named comes alone, and says of itself what it says among all', async () => {
  const all = await createProgram('.')
  for (const one of all.commands.filter((command) => command.name() !== 'complete')) {
    const alone = await createProgram('.', [one.name(), '--help'])
    expect(alone.commands.map((command) => command.name())).toEqual([one.name()])
    expect(alone.commands[0]?.helpInformation()).toBe(one.helpInformation())
  }
})

test.each([[[]], [['--help']], [['frobnicate']], [['complete', '--', 'ta']], [['toString']]])(
  'after %j all commands are there',
  async (words) => {
    const all = await createProgram('.')
    expect((await createProgram('.', words)).helpInformation()).toBe(all.helpInformation())
  },
)
