/**
 * What Prometheus is told: requests by route and status, the size of the replica, what waits, peers and how far behind they are,
 * memory and the event loop. Numbers of the replica are read when they are asked for.
 *
 * Labels are bounded: a route is the pattern that answered, never the address that was asked for, and peers are counted, not named.
 */

import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Replica } from '../replica/replica.ts'
import type { Exchange } from '../sync/exchange.ts'

export interface Metrics {
  /** Counts what passes through it. */
  readonly counted: MiddlewareHandler
  readonly contentType: string
  text(): Promise<string>
}

export interface Measured {
  readonly replica: Replica
  readonly exchange: Exchange
  /** Sockets at `/signal`. */
  readonly signalled: () => number
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics({ replica, exchange, signalled }: Measured): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'worknode_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'worknode_http_request_seconds',
    help: 'From the head of a request to the head of its answer.',
    labelNames: ['method', 'route'],
    buckets: SECONDS,
    registers: [registry],
  })

  function gauge(name: string, help: string, read: () => number): void {
    const made: Gauge = new Gauge({ name, help, registers: [registry], collect: () => made.set(read()) })
  }

  gauge('worknode_batches', 'Signed batches in the log.', () => replica.history.count)
  gauge('worknode_changes', 'Changes that count.', () => replica.changes)
  gauge('worknode_nodes', 'Worknodes, deleted ones too.', () => replica.nodes.size)
  gauge('worknode_quarantined_changes', 'Changes that do not count.', () => replica.quarantine.size)
  gauge('worknode_unsaved_changes', 'Changes that are not durable yet.', () => replica.saveState.pending)
  gauge('worknode_saving_failed', '1 while nothing can be saved.', () => (replica.saveState.problem === null ? 0 : 1))
  gauge('worknode_delayed_batches', 'Batches that came and are not admitted yet.', () => {
    const { waiting, held, sealed, outside } = replica.delayed
    return waiting + held + sealed + outside
  })
  gauge('worknode_peers', 'Peers of the workspace that are connected.', () => exchange.status().peers.length)
  gauge('worknode_peer_lag_seconds', 'From sending to being durable at the slowest peer.', () => {
    return Math.max(0, ...exchange.status().peers.map(({ lagMs }) => (lagMs ?? 0) / 1000))
  })
  gauge('worknode_peer_behind_batches', 'Durable batches that the peer furthest behind has not said to have.', () =>
    Math.max(0, ...exchange.status().peers.map(({ behind }) => behind)),
  )
  gauge('worknode_signalling_clients', 'Sockets that use this host to find each other.', signalled)

  return {
    async counted(context, next) {
      const startedAt = performance.now()
      await next()
      const { method } = context.req
      const labels = { method: METHODS.has(method) ? method : 'other', route: routePath(context) }
      requests.inc({ ...labels, status: context.res.status })
      seconds.observe(labels, (performance.now() - startedAt) / 1000)
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

/** A caller may make up methods without end. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
