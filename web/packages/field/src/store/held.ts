// What this phone holds of whoever used it last, read while the app itself is still being loaded. Knows no interface.
import type { Entry, Me } from '@lianfang/core'
import { knownAccounts } from './accounts'
import type { Bundle } from './bundle'
import type { Given, Taken } from './handing'
import { dropWhenStale, storesOnPhone } from './sealed'
import { canKeep, isLocked, type LockedStore, openStore, type PhoneStore } from './store'

export interface Held {
  account: string
  name: string
  /** Whether the downloaded list was removed because the server had not been heard for too long. */
  stale: boolean
  store: PhoneStore | LockedStore
  me: Me | null
  grid: HeldGrid | null
  entries: Entry[]
}

export interface HeldGrid {
  bundle: Bundle | null
  taken: Taken[]
  given: Given[]
}

let reading: Promise<Held | null> | null = null

/** Begin to read, so that a slow phone reads its disk and loads the app at the same time. */
export function readAhead(): void {
  reading ??= read()
  // whoever takes it hears of the trouble
  reading.catch(() => undefined)
}

/** What the phone holds, read ahead or now; nothing where nobody has used it or the browser keeps nothing. */
export function takeHeld(): Promise<Held | null> {
  const begun = reading ?? read()
  reading = null
  return begun
}

async function read(): Promise<Held | null> {
  if (!canKeep()) return null
  const [account, name] = Object.entries(knownAccounts()).at(-1) ?? [(await storesOnPhone()).at(-1)]
  if (!account) return null
  const stale = await dropWhenStale(account)
  const store = await openStore(account)
  const found = { account, name: name ?? '', stale, store }
  if (isLocked(store)) return { ...found, me: null, grid: null, entries: [] }
  const [me, entries, grid] = await Promise.all([store.me(), store.entries(), heldGrid(store)])
  return { ...found, me, entries, grid }
}

/** The downloaded grid with what was handed from phone to phone, as they lie in the store. */
export async function heldGrid(store: PhoneStore): Promise<HeldGrid> {
  const [bundle, taken, given] = await Promise.all([
    store.bundle(),
    store.handed<Taken>('taken'),
    store.handed<Given>('given'),
  ])
  return { bundle, taken, given }
}
