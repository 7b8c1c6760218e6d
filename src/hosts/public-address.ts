/**
 * Whether an address belongs to the open network: not to this machine, its own network, a cloud's metadata, a group or nobody. What
 * others may have a host call goes there alone.
 *
 * Of IPv6 only what is handed out as global unicast counts, less what carries an IPv4 address inside: those are other names for
 * addresses that are judged by their own.
 */

import { BlockList, isIP } from 'node:net'

const V4_RESERVED = blocks('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Groups, and all above them.
  ['224.0.0.0', 3],
])
const V6_GLOBAL = blocks('ipv6', [['2000::', 3]])
const V6_RESERVED = blocks('ipv6', [
  // Teredo and other protocols, documentation, 6to4, documentation.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
])

/** False too for what is no address. */
export function isPublicAddress(address: string): boolean {
  // An address with a zone is one of this link.
  if (address.includes('%')) return false
  const family = isIP(address)
  if (family === 4) return !V4_RESERVED.check(address, 'ipv4')
  return family === 6 && V6_GLOBAL.check(address, 'ipv6') && !V6_RESERVED.check(address, 'ipv6')
}

function blocks(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [start, bits] of subnets) list.addSubnet(start, bits, family)
  return list
}
