/** What views are made of: nodes, and the history that orders their changes. */

import type { Fold } from '../core/fold.ts'
import type { History } from '../core/history.ts'

export interface Folded {
  readonly history: History
  readonly fold: Pick<Fold, 'nodes' | 'hidden'>
}
