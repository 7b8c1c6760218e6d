/**
 * The agents of this browser: their keys, what thinks for them, and whether they are to run. Beside them the conversations of their
 * runs, so that a tab that is loaded anew goes on where it was, and the keys of providers.
 *
 * Private keys are `CryptoKey`s that cannot be extracted. A provider's key has to be read to be used, so it is kept encrypted under
 * such a key of this browser: who copies the database without the browser has neither. Nothing of this is ever in a log.
 */

import type { DeviceKeys } from './profile.ts'
import type { SealedSecret } from './sealed-secret.ts'

export interface OwnAgent {
  /** Hex. */
  readonly workspace: string
  /** Its key, hex. */
  readonly actor: string
  readonly name: string
  readonly keys: DeviceKeys
  /** As it was chosen for it. */
  readonly model: Readonly<Record<string, unknown>>
  /** Whether it is begun when the workspace is opened. */
  readonly runs: boolean
}

export interface OwnAgents {
  /** In the order of their keys. */
  of(workspace: string): Promise<readonly OwnAgent[]>
  put(agent: OwnAgent): Promise<void>
  /** A conversation as it was kept, or null. */
  page(run: string): Promise<unknown>
  /** Null forgets it. */
  keepPage(run: string, page: unknown): Promise<void>
  /** The provider's key of this name as it lies here, or null: it is opened where it is used, and nowhere else. */
  sealed(name: string): Promise<SealedSecret | null>
  keepSecret(name: string, secret: string): Promise<void>
  close(): Promise<void>
}
