/**
 * Records whose keys come from others: a key such as `constructor` or `__proto__` is a key like any other, and never reaches
 * what every object inherits.
 */

export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

export function putOwn<T>(record: Record<string, T>, key: string, value: T): void {
  // Plain assignment to this one name would change what the record inherits.
  if (key === '__proto__') Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
  else record[key] = value
}
