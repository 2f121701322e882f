// What this phone holds of whoever used it last, read while the app itself is still being loaded. Knows no interface.
import type { Entry, Me } from '@lianfang/core'
import { knownAccounts } from './accounts'
import type { Bundle } from './bundle'
import type { Given, Taken } from './handing'
import { isOf, showScreen } from './screen'
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

type Found = Omit<Held, 'me' | 'grid' | 'entries'>

let reading: Promise<Held | null> | null = null

/** Begin to read, so that a slow phone reads its disk and loads the app at the same time.
 * Resolves when the list stands as it stood last, or there is none to show. */
export async function readAhead(): Promise<void> {
  const opened = open()
  const shown = opened.then(showLast, () => undefined)
  reading ??= shown.then(async () => readAll(await opened))
  // whoever takes it hears of the trouble
  reading.catch(() => undefined)
  await shown
}

/** What the phone holds, read ahead or now; nothing where nobody has used it or the browser keeps nothing. */
export function takeHeld(): Promise<Held | null> {
  const begun = reading ?? open().then(readAll)
  reading = null
  return begun
}

async function open(): Promise<Found | null> {
  if (!canKeep()) return null
  const [account, name] = Object.entries(knownAccounts()).at(-1) ?? [(await storesOnPhone()).at(-1)]
  if (!account) return null
  // asked together: each answer alone costs a slow phone a turn
  const [stale, store] = await Promise.all([dropWhenStale(account), openStore(account)])
  return { account, name: name ?? '', stale, store }
}

async function showLast(found: Found | null): Promise<void> {
  if (!found || found.stale || isLocked(found.store)) return
  const screen = await found.store.screen().catch(() => null)
  const app = document.getElementById('app')
  if (app && screen && isOf(screen)) await showScreen(app, screen)
}

async function readAll(found: Found | null): Promise<Held | null> {
  if (!found) return null
  const { store } = found
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
