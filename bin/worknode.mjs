#!/usr/bin/env node
import { ensureBuilt } from '../scripts/build.mjs'

await ensureBuilt()
// Named by its address, so that types are not sought in what the line above makes.
await import(new URL('../build/host/cli.js', import.meta.url).href)
