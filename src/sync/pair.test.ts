import { describe, expect, test } from 'vitest'
import { seededRandom } from '../base/random.ts'
import { createVirtualClock } from './pair-clock.ts'
import { createNetwork, createPair } from './pair.ts'
import { transportContract } from './transport.contract.ts'
import type { Link } from './transport.ts'

transportContract('a network in memory', () => {
  const clock = createVirtualClock()
  const network = createNetwork({ after: clock.after, random: seededRandom(1), delayMs: [1, 30] })
  return { a: network.transport('a'), b: network.transport('b'), pump: () => clock.advance(1), close() {} }
})

describe('a network in memory', () => {
  test('delays never change the order inside a link', () => {
    const clock = createVirtualClock()
    const random = seededRandom(7)
    const { links } = createPair({ after: clock.after, travelMs: () => random() * 100 })
    const arrived: number[] = []
    links[1].onFrame((frame) => arrived.push(frame[0] as number))
    for (let i = 0; i < 50; i++) links[0].send(Uint8Array.of(i))
    clock.advance(100)
    expect(arrived).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  test('a frame is lost only together with its link, and the peers dial again', () => {
    const { clock, network, linksOf } = start({ loss: 1 }, 'a', 'b')
    const [first] = linksOf('a')
    const arrived: number[] = []
    linksOf('b')[0]?.onFrame((frame) => arrived.push(frame[0] as number))
    first?.send(Uint8Array.of(1))
    clock.advance(50)
    network.setFaults({ loss: 0 })
    clock.advance(1000)
    expect(arrived).toEqual([])
    expect(linksOf('a').length).toBe(2)
    linksOf('b')[1]?.onFrame((frame) => arrived.push(frame[0] as number))
    linksOf('a')[1]?.send(Uint8Array.of(2))
    clock.advance(50)
    expect(arrived).toEqual([2])
  })

  test('a split cuts the links between the groups and keeps them apart until it heals', () => {
    const { clock, network, transports, linksOf } = start({}, 'a', 'b', 'c')
    expect(transports.map((transport) => transport.status().links)).toEqual([2, 2, 2])
    network.split(['a', 'b'], ['c'])
    clock.advance(5000)
    expect(transports.map((transport) => transport.status().links)).toEqual([1, 1, 0])
    network.heal()
    clock.advance(5000)
    expect(transports.map((transport) => transport.status().links)).toEqual([2, 2, 2])
    expect(linksOf('c').length).toBe(4)
  })

  test('two links between the same peers can be asked for', () => {
    const { transports } = start({ duplicateLinks: 1 }, 'a', 'b')
    expect(transports.map((transport) => transport.status().links)).toEqual([2, 2])
  })

  test('a sender that never waits is cut off', () => {
    const clock = createVirtualClock()
    const { links } = createPair({ after: clock.after, travelMs: () => 10 })
    const reasons: string[] = []
    links[0].onClose((reason) => reasons.push(reason))
    for (let i = 0; i < 300; i++) links[0].send(new Uint8Array(links[0].maxFrame))
    expect(reasons).toEqual(['the sender did not wait for the link to drain'])
  })

  test('the same seed gives the same run', () => {
    expect(runOf(3)).toEqual(runOf(3))
    expect(runOf(3)).not.toEqual(runOf(4))
  })
})

function start(faults: { loss?: number; duplicateLinks?: number }, ...names: string[]) {
  const clock = createVirtualClock()
  const network = createNetwork({ after: clock.after, random: seededRandom(5), delayMs: [1, 20], ...faults })
  const links = new Map<string, Link[]>(names.map((name) => [name, []]))
  const transports = names.map((name) => network.transport(name))
  transports.forEach((transport, i) => transport.start((link) => links.get(names[i] as string)?.push(link)))
  clock.advance(100)
  return { clock, network, transports, linksOf: (name: string) => links.get(name) ?? [] }
}

function runOf(seed: number): string[] {
  const clock = createVirtualClock()
  const network = createNetwork({ after: clock.after, random: seededRandom(seed), delayMs: [1, 200], loss: 0.2 })
  const trace: string[] = []
  for (const name of ['a', 'b', 'c']) {
    network.transport(name).start((link) => {
      trace.push(`${clock.now()} ${name}-${link.peer}`)
      link.onClose((reason) => trace.push(`${clock.now()} ${name}-${link.peer} ${reason}`))
      link.send(Uint8Array.of(1))
    })
  }
  clock.advance(5000)
  return trace
}
