/**
 * What a host says of itself: JSON lines on stderr, one an event. Never a secret: no headers, no bodies, and of an address the
 * path alone, since what follows it may be anything.
 */

import pino, { type Logger } from 'pino'
import type { LogLevel } from './settings.ts'

export type HostLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'flush'>

export function createHostLog(level: LogLevel): HostLog {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  // Synchronous: the last line before a crash is the one that is wanted.
  return pino(options, pino.destination({ fd: 2, sync: true }))
}
