/** What the first paint loads, gzipped, read off the manifest of the built site. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Figure } from './table.ts'

interface Chunk {
  readonly file: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
}

export function weightFigure(root: string): Figure {
  const path = join(root, 'dist', '.vite', 'manifest.json')
  if (!existsSync(path)) spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' })
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Chunk>>
  const first = new Set(Object.keys(manifest).filter((key) => manifest[key]?.isEntry))
  for (const key of first) for (const next of manifest[key]?.imports ?? []) first.add(next)
  const bytes = [...first].map((key) => gzipSync(readFileSync(join(root, 'dist', (manifest[key] as Chunk).file))).length)
  return {
    name: 'initial JavaScript, gzipped',
    value: bytes.reduce((sum, size) => sum + size, 0) / 1024,
    unit: 'KiB',
    aim: { of: 'value', limit: 96 },
  }
}
