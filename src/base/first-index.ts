/**
 * The index of the first item that passes, in a list of which all those after it pass as well; its length where none does. By halves:
 * the list is in order, and is asked about a few of its items only. `from`: those before it are known not to pass.
 */
export function firstIndex<T>(list: readonly T[], passes: (item: T) => boolean, from = 0): number {
  let low = from
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (passes(list[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}
