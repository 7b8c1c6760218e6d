/** Where the POST of a webhook leads, over sockets of this machine. */

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { isPublicAddress } from './public-address.ts'
import { postWebhook } from './webhook-post.ts'

const paths: string[] = []
const answers: Readonly<Record<string, RequestListener>> = {
  '/taken': (_, response) => void response.writeHead(202).write('A body that does not end …'),
  '/moved': (_, response) => void response.writeHead(307, { Location: '/taken' }).end(),
  '/silent': () => {},
  '/cut': (_, response) => void response.destroy(),
}
const receiver = createServer((request, response) => {
  paths.push(request.url ?? '')
  answers[request.url ?? '']?.(request, response)
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const { port } = receiver.address() as AddressInfo

afterAll(() => {
  receiver.close()
  receiver.closeAllConnections()
})

function posted(url: string, reach: 'anywhere' | 'public', signal = new AbortController().signal): Promise<number> {
  return postWebhook(url, '{"title":"ö"}', { 'Content-Type': 'application/json' }, signal, reach)
}

test.each(['127.0.0.1', 'localhost', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])(
  'what others have a host call leads to nothing on its own machine, by whatever name: %s',
  async (name) => {
    paths.length = 0
    await expect(posted(`http://${name}:${port}/taken`, 'public')).rejects.toThrow('not public')
    expect(paths).toEqual([])
  },
)

test('the owner’s hooks lead anywhere, and a redirect is an answer and not a way', async () => {
  paths.length = 0
  expect(await posted(`http://localhost:${port}/taken`, 'anywhere')).toBe(202)
  expect(await posted(`http://127.0.0.1:${port}/moved`, 'anywhere')).toBe(307)
  expect(paths).toEqual(['/taken', '/moved'])
})

test('who does not answer in time, or hangs up, is an error', async () => {
  const over = new AbortController()
  const waiting = posted(`http://127.0.0.1:${port}/silent`, 'anywhere', over.signal)
  over.abort()
  await expect(waiting).rejects.toThrow('aborted')
  await expect(posted(`http://127.0.0.1:${port}/cut`, 'anywhere')).rejects.toThrow('socket hang up')
})

test.each([
  ['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.255.255.254', '169.254.169.254', '172.31.0.1', '192.168.1.1', '198.19.0.1'],
  ['224.0.0.1', '255.255.255.255', '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fd00:ec2::254', 'ff02::1'],
  ['::ffff:127.0.0.1', '::127.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:0:7f00:1::', '2001:db8::1', 'localhost', ''],
])('no address of a machine, its network, a cloud or a group is public: %s', (...addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([])
})

test('addresses of the open network are public', () => {
  const open = ['1.1.1.1', '172.32.0.1', '192.0.1.1', '223.255.255.255', '2606:4700::1111', '2a00:1450:4001::1']
  expect(open.filter(isPublicAddress)).toEqual(open)
})
