import { expect, test } from 'vitest'
import { operationCommands } from './operations.ts'
import { createProgram } from './program.ts'

test('every operation has a command, under a name that is nobody else’s', () => {
  const program = createProgram('.')
  const names = program.commands.map((command) => command.name())
  expect(names).toHaveLength(new Set(names).size)
  expect(names).toContain('call')
  for (const { group } of operationCommands()) expect(names).toContain(group)
})
