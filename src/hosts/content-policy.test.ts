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

test('only the Worker of an agent may reach the servers of models', () => {
  const reach = (path: string): string | undefined => {
    const policy = policyHeaders(path)['Content-Security-Policy']
    return policy?.split('; ').find((directive) => directive.startsWith('connect-src'))
  }
  expect(reach('/assets/agent-worker-B1x_-9.js')).toBe("connect-src 'self' https: http:")
  for (const path of ['/', '/assets/verifier-worker-B1x.js', '/assets/my-agent-worker.js', '/agent-worker.js/index.html'])
    expect(reach(path)).toBe("connect-src 'self' ws: wss:")
})
