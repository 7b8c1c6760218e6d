/**
 * The address of the page: a path and a query, both behind the `#`, so that one link carries all of it and any static host serves
 * it. Made for wouter, whose own hook would put the query before the `#`, where it reaches the server.
 *
 * What the board shows belongs to the board and stays while one goes between it and its tasks: a link there that names no query
 * keeps the present one. A link that ends in `?` asks for none.
 */

import { useSyncExternalStore } from 'react'

const BOARD = /^\/w\/([^/]+)\/(?:board|task\/[^/]+)$/

interface NavigateOptions {
  readonly replace?: boolean
  readonly state?: unknown
}

/** Path of the address; `useSearch` of wouter answers its query. */
export function useHashPath(): [path: string, navigate: typeof navigateHash] {
  return [useSyncExternalStore(onHash, currentPath), navigateHash]
}

useHashPath.searchHook = useHashQuery
useHashPath.hrefs = (href: string): string => `#${href}`

/** Goes to an address. */
export function navigateHash(to: string, { replace = false, state = null }: NavigateOptions = {}): void {
  const oldURL = location.href
  const url = new URL(oldURL)
  url.hash = nextAddress(to, split(location.hash))
  history[replace ? 'replaceState' : 'pushState'](state, '', url)
  dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: url.href }))
}

/** The address that a link leads to from where one is. */
export function nextAddress(to: string, from: { readonly path: string; readonly query: string }): string {
  const { path, query } = split(to)
  const isSameBoard = BOARD.exec(from.path)?.[1] === BOARD.exec(path)?.[1] && BOARD.test(path)
  const next = to.includes('?') ? query : isSameBoard ? from.query : ''
  return next === '' ? path : `${path}?${next}`
}

function useHashQuery(): string {
  return useSyncExternalStore(onHash, () => split(location.hash).query)
}

function currentPath(): string {
  return split(location.hash).path
}

function split(address: string): { readonly path: string; readonly query: string } {
  const [path = '', ...query] = address.replace(/^#?\/?/, '').split('?')
  return { path: `/${path}`, query: query.join('?') }
}

function onHash(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}
