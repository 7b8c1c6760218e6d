/**
 * Where the page is, in the part of the address behind the hash: `#/w/<id>/activity?who=…`. The query stays behind the hash as
 * well, so that a link with it can be shared and nothing of it reaches the server.
 */

import { useMemo, useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'

type Navigate = (to: string, options?: { readonly replace?: boolean; readonly state?: unknown }) => void

/** The path without its query, for the router. */
export function useHashLocation(): [string, Navigate] {
  return [useSyncExternalStore(onHash, currentPath), navigate]
}
useHashLocation.hrefs = (href: string): string => `#${href}`

/** The query of this address, and how to change it in place; empty values are left out. */
export function useQuery(): readonly [URLSearchParams, (next: Readonly<Record<string, string>>) => void] {
  const [path, go] = useLocation()
  const text = useSyncExternalStore(onHash, currentQuery)
  return useMemo(() => {
    const change = (next: Readonly<Record<string, string>>): void => {
      const query = new URLSearchParams(Object.entries(next).filter(([, value]) => value !== '')).toString()
      go(query === '' ? path : `${path}?${query}`, { replace: true })
    }
    return [new URLSearchParams(text), change] as const
  }, [path, go, text])
}

function onHash(listener: () => void): () => void {
  addEventListener('hashchange', listener)
  return () => removeEventListener('hashchange', listener)
}

function parts(): readonly string[] {
  return /^#?\/?([^?]*)\??(.*)$/s.exec(location.hash) ?? []
}

function currentPath(): string {
  return `/${parts()[1] ?? ''}`
}

function currentQuery(): string {
  return parts()[2] ?? ''
}

/** The router's own would move the query in front of the hash. */
function navigate(to: string, { replace = false, state = null }: { readonly replace?: boolean; readonly state?: unknown } = {}) {
  const oldURL = location.href
  history[replace ? 'replaceState' : 'pushState'](state, '', `#${to}`)
  // Writing history fires nothing by itself.
  dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: location.href }))
}
