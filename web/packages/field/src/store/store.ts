// The phone's own store, one for each account, so that one person's unsent work never meets another's sign-out.
import type { Entry, Me } from '@lianfang/core'
import type { Bundle } from './bundle'
import { MemoryStore } from './memory'
import type { Screen } from './screen'
import { openSealed } from './sealed'
import { canSeal } from './sealing'
import type { Signer } from './signing'

/** What the app keeps of one account. `lasting` says whether it survives the page. */
export interface PhoneStore {
  readonly lasting: boolean
  entries(): Promise<Entry[]>
  keepEntries(changed: Entry[]): Promise<void>
  dropEntries(ids: string[]): Promise<void>
  bundle(): Promise<Bundle | null>
  keepBundle(bundle: Bundle): Promise<void>
  /** Note that the server was heard, for so many days, and had nothing new. */
  noteHeard(days: number): Promise<void>
  me(): Promise<Me | null>
  keepMe(me: Me): Promise<void>
  /** Remove the list of people and who signed in; what was recorded stays. */
  dropDownloads(): Promise<void>
  hasPin(): Promise<boolean>
  /** Let only this PIN, or the account's password, open the store from now on. */
  setPin(pin: string, password: string): Promise<void>
  removePin(): Promise<void>
  /** What was handed from phone to phone, and what a gate keeps beside its queue. */
  handed<T>(side: Side): Promise<T[]>
  keepHanded(side: Side, all: unknown[]): Promise<void>
  /** The list as it stood last; gone with whatever it shows being written anew. */
  screen(): Promise<Screen | null>
  keepScreen(screen: Screen): Promise<void>
  /** The key this phone signs with; none where nothing lasts. */
  signer(): Promise<Signer | null>
  destroy(): Promise<void>
}

/** `told` and `resting` are of a gate: what other gates' phones have shown, and who waits to be measured again. */
export type Side = 'taken' | 'given' | 'told' | 'resting'

/** A store whose owner has not typed the PIN yet. */
export interface LockedStore {
  /** The opened store; or, when the secret is wrong, from when on the next try counts (milliseconds since 1970). */
  unlock(secret: string): Promise<PhoneStore | number>
}

export function isLocked(store: PhoneStore | LockedStore): store is LockedStore {
  return 'unlock' in store
}

/** Whether this browser can keep anything sealed: a plain address on a village network is no secure context. */
export function canKeep(): boolean {
  return canSeal() && 'indexedDB' in globalThis
}

/** Open the account's store, making it where there is none; where the browser cannot keep things, one that ends with the page. */
export async function openStore(account: string): Promise<PhoneStore | LockedStore> {
  if (!canKeep()) return new MemoryStore()
  try {
    return await openSealed(account)
  } catch {
    // because some in-app browsers offer storage and then refuse it
    return new MemoryStore()
  }
}
