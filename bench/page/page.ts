/** What the bench asks of a page, by name: every answer is plain data. `bench/browser.ts` is the other side. */

import { coldStart, dropSnapshot, fill, fillSingly } from './store.ts'
import { durableRates } from './durable.ts'
import { openRaw, storeRaw } from './raw-objects.ts'
import { rawAccept, rawAnswer, rawAskBytes, rawAskYjs, rawOffer } from './raw-channel.ts'
import { join, serve } from './sync.ts'
import { verifyRates } from './verify.ts'

const tools = {
  fill,
  fillSingly,
  coldStart,
  dropSnapshot,
  storeRaw,
  openRaw,
  durableRates,
  verifyRates,
  rawOffer,
  rawAnswer,
  rawAccept,
  rawAskBytes,
  rawAskYjs,
  serve,
  join,
}

export type Tools = typeof tools

Object.assign(globalThis, { bench: tools })
