import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { APP_META, policyHeaders, PREVIEW_META } from './content-policy.ts'

test('the stage of previews says the policy that hosts send', () => {
  const page = readFileSync(fileURLToPath(new URL('../../public/preview.html', import.meta.url)), 'utf8')
  const said = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1]
  expect(said).toBe(PREVIEW_META)
})

test('the app runs scripts of its own only, and no text becomes HTML but by the one policy', () => {
  const scripts = APP_META.split('; ').filter((directive) => /^(?:script|worker|frame|trusted|require)/.test(directive))
  expect(scripts).toEqual([
    "script-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types worknode',
  ])
  expect(policyHeaders('/')['Content-Security-Policy']).toContain("frame-ancestors 'none'")
})

test('a preview that is opened by itself is as walled off as in its frame', () => {
  expect(policyHeaders('/some/where/preview.html')).toEqual({
    'Content-Security-Policy': `${PREVIEW_META}; sandbox allow-scripts; frame-ancestors 'self'`,
    'Connection-Allowlist': '()',
  })
})
