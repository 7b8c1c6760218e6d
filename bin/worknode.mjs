#!/usr/bin/env node
import { ensureBuilt } from '../scripts/build.mjs'

await ensureBuilt()
// @ts-ignore: made by the line above.
await import('../build/host/cli.js')
