import { expect, test } from 'vitest'
import { routeIn, type Stat } from './rtc-route.ts'

const pair = (over: Partial<Stat> = {}): Stat => ({
  id: 'P',
  type: 'candidate-pair',
  localCandidateId: 'L',
  remoteCandidateId: 'R',
  currentRoundTripTime: 0.0124,
  ...over,
})
const end = (id: string, candidateType: string): Stat => ({
  id,
  type: `${id === 'L' ? 'local' : 'remote'}-candidate`,
  candidateType,
})
const transport: Stat = { id: 'T', type: 'transport', selectedCandidatePairId: 'P' }

test.each([
  ['host', 'srflx', false],
  ['relay', 'host', true],
  ['prflx', 'relay', true],
])('%s to %s: relayed %s', (local, remote, relayed) => {
  expect(routeIn([transport, pair(), end('L', local), end('R', remote)])).toEqual({ relayed, roundTripMs: 12 })
})

test('of many pairs the chosen one counts; where none is named, the nominated one that works', () => {
  const other = pair({ id: 'Q', localCandidateId: 'X', nominated: true, state: 'failed' })
  const chosen = pair({ nominated: true, state: 'succeeded' })
  expect(routeIn([other, chosen, end('L', 'relay'), end('R', 'host')])).toMatchObject({ relayed: true })
})

test('before anything is chosen there is nothing to say', () => {
  expect(routeIn([])).toBeNull()
  expect(routeIn([pair(), end('L', 'host')])).toBeNull()
  expect(routeIn([transport, pair()])).toBeNull()
})
