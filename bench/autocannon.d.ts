/** What of autocannon the bench uses; the package has no types. */
declare module 'autocannon' {
  export interface Request {
    readonly method: string
    readonly path: string
    readonly body?: string
  }
  export interface Client {
    setRequests(requests: readonly (Request & { readonly headers: Readonly<Record<string, string>> })[]): void
  }
  export interface Options {
    readonly url: string
    readonly connections: number
    readonly duration: number
    readonly overallRate?: number
    readonly setupClient?: (client: Client) => void
    readonly requests: readonly Request[]
  }
  export interface Report {
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
    readonly requests: { readonly total: number; readonly average: number }
    readonly errors: number
    readonly timeouts: number
    readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>
  }
  export default function autocannon(options: Options): Promise<Report>
}
