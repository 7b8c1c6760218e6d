/** A history that counts the questions it is asked: what something costs, without a clock. */

import { History, type Ref } from './history.ts'

export class CountingHistory extends History {
  asked = 0

  override compare(a: Ref, b: Ref): number {
    this.asked++
    return super.compare(a, b)
  }

  override saw(later: Ref, earlier: Ref): boolean {
    this.asked++
    return super.saw(later, earlier)
  }
}
