import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import about from '../package.json' with { type: 'json' }
import { isFresh } from '../scripts/build.mjs'
import { expect, test } from './host.ts'

test('the host serves the app, and nothing in it breaks the content security policy', async ({ host, page }) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(host.url)
  await expect(page.getByRole('heading', { name: 'Worknode', level: 1 })).toBeVisible()
  expect(complaints).toEqual([])
})

test('the page is told of health and settings', async ({ startHost, request }) => {
  const host = await startHost({ SIGNALING_URLS: 'wss://a.example/signal', ICE_SERVERS: '[{"urls":"stun:s.example"}]' })
  for (const base of ['api', 'api/v1']) {
    const health = await request.get(`${host.url}${base}/health`)
    expect(await health.json()).toEqual({ ok: true, version: about.version })
    const settings = await request.get(`${host.url}${base}/settings`)
    expect(await settings.json()).toEqual({
      signalling: ['wss://a.example/signal'],
      iceServers: [{ urls: 'stun:s.example' }],
      peer: { workspace: expect.stringMatching(/^[0-9a-f]{64}$/), path: 'peer' },
    })
  }
})

test('assets are kept for ever, the page never; no script but ours may run', async ({ host, request }) => {
  const page = await request.get(host.url)
  expect(page.headers()).toMatchObject({
    'cache-control': 'no-cache',
    'content-security-policy': expect.stringContaining("script-src 'self';"),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'origin-agent-cluster': '?1',
  })
  const script = /src="\.\/(assets\/[^"]+)"/.exec(await page.text())?.[1]
  const asset = await request.get(`${host.url}${script}`)
  expect(asset.ok()).toBe(true)
  expect(asset.headers()['cache-control']).toContain('immutable')
  expect((await request.get(`${host.url}no-such-file`)).status()).toBe(404)
})

test('two pages find each other through /signal, also after it was away', async ({ host, page }) => {
  await page.goto(host.url)
  const meet = () =>
    page.evaluate(
      (url) =>
        new Promise<unknown>((resolve, reject) => {
          const [ada, bob] = [new WebSocket(url), new WebSocket(url)]
          const subscribe = '{"type":"subscribe","topics":["room"]}'
          ada.addEventListener('message', ({ data }) =>
            data === '{"type":"pong"}' ? bob.send(publish) : resolve(JSON.parse(data as string)),
          )
          bob.addEventListener('open', () => (ada.readyState === ada.OPEN ? begin() : ada.addEventListener('open', begin)))
          bob.addEventListener('error', () => reject(new Error('no signalling')))
          const publish = '{"type":"publish","topic":"room","data":"hello"}'
          function begin() {
            ada.send(subscribe)
            ada.send('{"type":"ping"}')
          }
        }),
      host.signalUrl,
    )
  const heard = { type: 'publish', topic: 'room', data: 'hello', clients: 1 }
  expect(await meet()).toEqual(heard)
  expect(await host.stop()).toBe(0)
  await expect(meet()).rejects.toThrow('no signalling')
  await host.restart()
  expect(await meet()).toEqual(heard)
})

test('a busy port is one clear line on stderr, and exit code 1', async ({ host }) => {
  const second = spawn(process.execPath, [fileURLToPath(new URL('../build/host/cli.js', import.meta.url)), 'serve'], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(host.port), WORKNODE_OPEN: '0' },
  })
  let out = ''
  let err = ''
  second.stdout.on('data', (text: Buffer) => (out += text.toString()))
  second.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const [code] = (await once(second, 'close')) as [number]
  expect({ code, out, lines: err.trimEnd().split('\n') }).toEqual({
    code: 1,
    out: '',
    lines: [expect.stringContaining(`Port ${host.port} is in use`)],
  })
})

test('an unknown command shows what there is, and exits with 1', async () => {
  const cli = spawn(process.execPath, [fileURLToPath(new URL('../build/host/cli.js', import.meta.url)), 'frobnicate'])
  let err = ''
  cli.stderr.on('data', (text: Buffer) => (err += text.toString()))
  const [code] = (await once(cli, 'close')) as [number]
  expect(code).toBe(1)
  expect(err).toContain("unknown command 'frobnicate'")
  expect(err).toContain('serve')
})

test('npm start ends with 0 when npm is told to stop, and leaves no host behind', async () => {
  test.skip(process.platform === 'win32', 'signals end a process there')
  test.skip(!isFresh(), 'the sources have changed since the build, and a new one would pull the site from under the other tests')
  const npm = spawn('npm', ['start', '--silent'], { env: { ...process.env, HOST: '127.0.0.1', PORT: '0', WORKNODE_OPEN: '0' } })
  const [ready] = (await once(npm.stdout, 'data')) as [Buffer]
  const link = /^Worknode ready: (\S+)\n$/.exec(ready.toString())?.[1] ?? ''
  expect((await fetch(new URL('api/health', link))).status).toBe(200)
  npm.kill('SIGTERM')
  const [code] = (await once(npm, 'close')) as [number]
  expect(code).toBe(0)
  await expect(fetch(new URL('api/health', link))).rejects.toThrow('fetch failed')
})
