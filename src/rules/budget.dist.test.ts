import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { overBudget, type Manifest } from './budget.ts'

// Needs the build: `npm run build`, or `npm test -- build dist`.
const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

test('the built site is within its budget', () => {
  const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8')) as Manifest
  const files = readdirSync(`${dist}assets`).filter((file) => /\.(?:js|css)$/.test(file))
  const named = [...files.map((file) => `assets/${file}`), 'service-worker.js']
  const gzipped = new Map(named.map((file) => [file, gzipSync(readFileSync(`${dist}${file}`)).length]))
  expect(overBudget(manifest, gzipped)).toEqual([])
})
