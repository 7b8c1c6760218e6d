import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COMMANDS, type CommandId, commandOf } from './catalogue.ts'
import { ariaKeys, capsOf, capsWords, keyMap, keysFault, keysOf, rivalsOf, strokeOf } from './keymap.ts'
import { createKeyReader } from './listen.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

test.each([
  [{ key: 'c' }, 'c'],
  [{ key: 'C', shiftKey: true }, 'shift+c'],
  [{ key: '?', shiftKey: true }, '?'],
  [{ key: 'Z', ctrlKey: true, shiftKey: true }, 'mod+shift+z'],
  [{ key: 'k', metaKey: true }, 'mod+k'],
  [{ key: 'ArrowUp', altKey: true }, 'alt+arrowup'],
  // A German keyboard types it with AltGr, which counts as Ctrl and Alt there.
  [{ key: '[', ctrlKey: true, altKey: true, altGraph: true }, '['],
  [{ key: ' ' }, 'space'],
  [{ key: 'Shift', shiftKey: true }, null],
])('a press of %o is %s', (event, stroke) => {
  expect(strokeOf({ ...plain, ...event })).toBe(stroke)
})

test('no two commands come with the same key, nor one with the beginning of another’s', () => {
  for (const command of COMMANDS) for (const keys of command.keys) expect(rivalsOf(command.id, keys, {})).toEqual([])
})

test('keys that are taken, begun or begin others are said to be so, with whose they are', () => {
  expect(keysFault('filter', 'c', {})).toBe('C already means “New task”. Choose another, or change that one first.')
  expect(keysFault('filter', 'g', {})).toMatch(/already means “Board”, “Agents”, /)
  expect(keysFault('filter', 'c x', {})).toMatch(/“New task”/)
  expect(keysFault('filter', 'c', { 'new-task': ['n'] })).toBeNull()
  expect(keysFault('filter', 'tab', {})).toMatch(/how the page is worked/)
})

test('what a person chose takes the place of what a command comes with, but for keys that are not ours', () => {
  const own = { 'new-task': ['n'], close: ['q'], filter: [] }
  expect(keyMap(own).get('n')).toBe('new-task')
  expect(keyMap(own).has('c')).toBe(false)
  expect(keyMap(own).has('/')).toBe(false)
  expect(keyMap(own).get('escape')).toBe('close')
})

test('keys are written as they stand on the keyboard', () => {
  expect(capsOf('mod+shift+z', false)).toEqual(['Ctrl', '⇧', 'Z'])
  expect(capsOf('mod+shift+z', true)).toEqual(['⌘', '⇧', 'Z'])
  expect(capsOf('mod++', false)).toEqual(['Ctrl', '+'])
  expect(capsWords('g b', false)).toBe('G then B')
  expect(ariaKeys('go-board', {})).toBeUndefined()
  expect(ariaKeys('new-task', {})).toBe('C')
})

test('keys one after the other are one, unless too much time goes by between them', () => {
  const reader = createKeyReader({})
  expect(reader.read('g', 0)).toBe('more')
  expect(reader.read('b', 400)).toBe('go-board')
  expect(reader.read('g', 1000)).toBe('more')
  expect(reader.read('m', 5000)).toBe('menu')
})

test('a key that does not go on with what was begun stands for itself', () => {
  const reader = createKeyReader({})
  expect(reader.read('g', 0)).toBe('more')
  expect(reader.read('c', 100)).toBe('new-task')
  expect(reader.read('b', 200)).toBeNull()
})

test('whatever keys a person chooses without a fault, each command hears its own and no other', () => {
  const stroke = fc.constantFrom('a', 'b', 'g', 'c', 'mod+k', 'shift+x', 'f2')
  const keys = fc.oneof(
    stroke,
    fc.tuple(stroke, stroke).map((two) => two.join(' ')),
  )
  const choice = fc.tuple(fc.constantFrom(...COMMANDS.filter(({ fixed }) => !fixed).map(({ id }) => id)), keys)
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 8 }), (choices) => {
      const own: Partial<Record<CommandId, readonly string[]>> = {}
      for (const [id, wanted] of choices) if (keysFault(id, wanted, own) === null) own[id] = [wanted]
      for (const { id } of COMMANDS)
        for (const wanted of keysOf(commandOf(id), own)) {
          const reader = createKeyReader(own)
          const answers = wanted.split(' ').map((one) => reader.read(one, 0))
          expect(answers.at(-1)).toBe(id)
          expect(answers.slice(0, -1).every((answer) => answer === 'more')).toBe(true)
        }
    }),
  )
})
