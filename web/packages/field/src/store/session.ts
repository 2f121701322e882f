// Who uses this phone now. Signing in needs the network once; after that the phone opens with what it holds.
import { createApi, csrfCookie, type Me, Refusal, Unreachable, uuid7 } from '@lianfang/core'
import { ref, shallowRef } from 'vue'
import { language } from '../i18n'
import { deviceId, forgetAccount, knownAccounts, noteAccount } from './accounts'
import { type Held, takeHeld } from './held'
import { KeyReplaced, storesOnPhone, unsentOn } from './sealed'
import { canKeep, isLocked, type LockedStore, openStore, type PhoneStore } from './store'

export const me = shallowRef<Me | null>(null)
export const phone = shallowRef<PhoneStore | null>(null)
export const online = ref(true)
/** The server does not know this session any more; the phone's data stays until its owner signs in again. */
export const mustSignIn = ref(false)
/** The downloaded list was removed because the server had not been reached for too many days. */
export const wentStale = ref(false)
/** Milliseconds to add to this phone's clock, by the last answer of the server. */
export const clockOff = ref(0)
export const device = deviceId(() => uuid7())

interface Waiting {
  account: string
  name: string
  store: LockedStore
  signedIn: Me | null
}

/** A store of this phone that waits for its owner's PIN. */
export const locked = shallowRef<Waiting | null>(null)

export const api = createApi({
  csrf: () => csrfCookie() || me.value?.csrf || '',
  language: () => language.value,
  onSignedOut: () => {
    mustSignIn.value = true
  },
  onTime: (moment) => {
    clockOff.value = moment.getTime() - Date.now()
  },
})

async function begin(signedIn: Me, password = ''): Promise<void> {
  online.value = true
  mustSignIn.value = false
  wentStale.value = false
  noteAccount(signedIn.account.id, signedIn.account.name)
  // because what a browser without storage holds of this account ends with the page, not with the session
  const isHeld = phone.value?.lasting === false && me.value?.account.id === signedIn.account.id
  const store = isHeld && phone.value ? phone.value : await openStore(signedIn.account.id)
  const opened = isLocked(store) && password ? await store.unlock(password) : store
  if (typeof opened === 'number' || isLocked(opened)) {
    const { id, name } = signedIn.account
    locked.value = { account: id, name, store: store as LockedStore, signedIn }
    return
  }
  await opened.keepMe(signedIn)
  phone.value = opened
  me.value = signedIn
}

export async function signIn(username: string, password: string, code = ''): Promise<void> {
  await begin(await api.signIn(username, password, device, code || undefined), password)
}

/** Open what this phone holds at once, whatever the network does; only a phone that holds nothing waits for the server. */
export async function resume(): Promise<Held | null> {
  const held = await openHeld()
  if (me.value || locked.value) void confirmSession()
  else await takeUpSession()
  return held
}

/** Ask the server whose session this is, while the work already goes on. */
async function confirmSession(): Promise<void> {
  const held = me.value?.account.id ?? locked.value?.account
  try {
    const signedIn = await api.me()
    if (signedIn.account.id === held) await stillMine(signedIn)
    else giveOver(signedIn)
  } catch (problem) {
    if (problem instanceof Unreachable) online.value = false
    else if (problem instanceof Refusal && problem.status === 401) mustSignIn.value = true
    else throw problem
  }
}

/** Somebody else has signed in on this phone, in another page: this one begins anew with theirs. */
function giveOver(signedIn: Me): void {
  noteAccount(signedIn.account.id, signedIn.account.name)
  window.location.reload()
}

async function stillMine(signedIn: Me): Promise<void> {
  online.value = true
  if (locked.value) locked.value = { ...locked.value, signedIn }
  if (!me.value) return
  try {
    await phone.value?.keepMe(signedIn)
    me.value = signedIn
  } catch (problem) {
    // because the phone may be wiped, or put under another key, while this waits for its turn
    if (!(problem instanceof KeyReplaced)) throw problem
  }
}

async function takeUpSession(): Promise<void> {
  try {
    await begin(await api.me())
  } catch (problem) {
    if (problem instanceof Refusal && problem.status === 401) return
    if (!(problem instanceof Unreachable)) throw problem
    online.value = false
  }
}

/** Open what was held; returned is what of it can be shown at once. */
async function openHeld(): Promise<Held | null> {
  const held = await takeHeld()
  if (!held) return null
  const { account, name, store } = held
  wentStale.value = held.stale
  if (isLocked(store)) locked.value = { account, name, store, signedIn: null }
  else take(store, held.me)
  return me.value ? held : null
}

function take(opened: PhoneStore, known: Me | null): void {
  if (!known) return
  phone.value = opened
  me.value = known
  noteAccount(known.account.id, known.account.name)
}

/** Open the waiting store. Returns 0, or when the secret was wrong, the moment from which the next try counts. */
export async function unlock(secret: string): Promise<{ opened: boolean; wait_until: number }> {
  const waiting = locked.value
  if (!waiting) return { opened: true, wait_until: 0 }
  const opened = await waiting.store.unlock(secret)
  if (typeof opened === 'number') return { opened: false, wait_until: opened }
  if (waiting.signedIn) await opened.keepMe(waiting.signedIn)
  take(opened, await opened.me())
  locked.value = null
  return { opened: true, wait_until: 0 }
}

/** Let only this PIN or the password open the phone's store. Raises the server's refusal for a wrong password. */
export async function setPin(pin: string, password: string): Promise<void> {
  if (!me.value) return
  // because a password that was mistyped here would open nothing on the day the PIN is forgotten
  await api.signIn(me.value.account.username, password, device)
  await phone.value?.setPin(pin, password)
}

/** Sign out and remove everything this phone holds of the account. The caller has made sure nothing unsent is lost. */
export async function signOutAndWipe(): Promise<void> {
  const account = me.value?.account.id
  await api.signOut().catch(() => undefined)
  await phone.value?.destroy()
  if (account) forgetAccount(account)
  phone.value = null
  me.value = null
}

export interface Left {
  name: string
  unsent: number
}

/** Accounts that left unsent work on this phone: shown at sign-in, so that it is not forgotten. */
export async function leftOnPhone(): Promise<Left[]> {
  if (!canKeep()) return []
  const found: Left[] = []
  const names = knownAccounts()
  for (const id of new Set([...Object.keys(names), ...(await storesOnPhone())])) {
    const name = names[id] ?? ''
    const unsent = await unsentOn(id)
    if (unsent > 0) found.push({ name, unsent })
  }
  return found
}
