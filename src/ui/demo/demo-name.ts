/** What the workspace of the demo is called; one that is called so is looked at for the demo's tasks. */
export const DEMO_WORKSPACE = 'Demo swarm'
