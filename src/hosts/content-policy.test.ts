import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { APP_META, policyHeaders, PREVIEW_META, SANDBOX_META } from './content-policy.ts'

test.each([
  ['the stage of previews', new URL('../../public/preview.html', import.meta.url), PREVIEW_META],
  ['the sandbox of tests', new URL('../../public/sandbox.html', import.meta.url), SANDBOX_META],
])('%s says the policy that hosts send', (_what, file, meta) => {
  const page = readFileSync(fileURLToPath(file), 'utf8')
  const said = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(page)?.[1]
  expect(said).toBe(meta)
  expect(policyHeaders(file.pathname)).toEqual({
    'Content-Security-Policy': `${meta}; sandbox allow-scripts; frame-ancestors 'self'`,
    'Connection-Allowlist': '()',
  })
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
