/**
 * The bytes of a workspace made from fixed seeds. The formats are final: when this fails, other versions can no longer read
 * what this one writes. Never make `golden.json` anew to pass; a new format is a new header version.
 */

import { expect, test } from 'vitest'
import { fromHex, toHex } from '../base/bytes.ts'
import { capabilityId, decodeGrant, type Grant } from '../core/capability.ts'
import { sample } from './batch.fixture.ts'
import golden from './golden.json'
import { readStored } from './stored.ts'
import { inlineVerifier } from './verify.ts'

export function goldenContract(engine: string): void {
  test(`${engine}: the same seeds give the same bytes and ids as ever`, async () => {
    const { genesis, grant, data } = await sample()
    const made = [genesis, grant, ...data].map(({ id, wire }, i) => ({
      name: golden.batches[i]?.name,
      id: toHex(id),
      wire: toHex(wire),
    }))
    expect(made).toEqual(golden.batches)
  })

  test(`${engine}: the golden bytes verify, and read as what was written`, async () => {
    const { genesis, grant, data } = await sample()
    const wires = golden.batches.map(({ wire }) => fromHex(wire))
    const verdicts = await inlineVerifier(fromHex(golden.workspace)).verify(wires)
    expect(verdicts).toEqual([genesis, grant, ...data].map((batch) => ({ ok: true, batch })))
    expect(wires.map((wire) => readStored(wire))).toEqual([genesis, grant, ...data])
  })

  test(`${engine}: the golden grant has its id`, () => {
    const batch = readStored(fromHex(golden.batches[1]?.wire ?? ''))
    const decoded = decodeGrant(batch.body?.changes[0]?.[4][0])
    expect(toHex(capabilityId(decoded as Grant))).toBe(golden.capability)
    expect(decoded).toMatchObject({ rank: 30, types: ['task', 'comment'], rights: [0, 1], globs: ['src/**'] })
  })
}
