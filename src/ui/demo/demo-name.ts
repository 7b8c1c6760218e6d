/** What a new workspace of the demo is called; people may call it something else. */
export const DEMO_WORKSPACE = 'Demo swarm'
