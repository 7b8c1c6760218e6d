import { expect, test } from 'vitest'
import { importsIn } from '../../core/module-links.ts'

test('relative imports are found however they are written', () => {
  const code = `import './a.js'; import x from "../b.js"\nexport * from './c.js'; await import( './d.js' ); import y from 'elsewhere'`
  expect(importsIn(code)).toEqual(['./a.js', '../b.js', './c.js', './d.js'])
})

test('a text that only looks like the beginning of imports is read as fast as any other of its length', () => {
  const cost = (code: string): number => {
    const began = performance.now()
    importsIn(code)
    return performance.now() - began
  }
  const length = 200_000
  cost('warm up')
  const plain = Math.max(1, cost('x'.repeat(length)))
  expect(cost(`import${' '.repeat(length)}`)).toBeLessThan(50 * plain)
  expect(cost('import '.repeat(length / 7))).toBeLessThan(50 * plain)
})
