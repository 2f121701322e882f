// Who uses this phone now. Signing in needs the network once; after that the phone opens with what it holds.
import { createApi, csrfCookie, type Me, Refusal, Unreachable, uuid7 } from '@lianfang/core'
import { ref, shallowRef } from 'vue'
import { language } from '../i18n'
import { deviceId, FieldDatabase, forgetAccount, knownAccounts, noteAccount } from './database'

export const me = shallowRef<Me | null>(null)
export const database = shallowRef<FieldDatabase | null>(null)
export const online = ref(true)
/** The server does not know this session any more; the phone's data stays until its owner signs in again. */
export const mustSignIn = ref(false)
export const device = deviceId(() => uuid7())

export const api = createApi({
  csrf: () => csrfCookie() || me.value?.csrf || '',
  language: () => language.value,
  onSignedOut: () => {
    mustSignIn.value = true
  },
})

async function begin(signedIn: Me): Promise<void> {
  const opened = new FieldDatabase(signedIn.account.id)
  await opened.keepMe(signedIn)
  noteAccount(signedIn.account.id, signedIn.account.name)
  database.value = opened
  me.value = signedIn
  mustSignIn.value = false
  online.value = true
}

export async function signIn(username: string, password: string): Promise<void> {
  await begin(await api.signIn(username, password, device))
}

/** Take up the session, or without a network the account this phone last held. */
export async function resume(): Promise<void> {
  try {
    await begin(await api.me())
  } catch (problem) {
    if (problem instanceof Refusal && problem.status === 401) return
    if (!(problem instanceof Unreachable)) throw problem
    online.value = false
    await openWithoutNetwork()
  }
}

async function openWithoutNetwork(): Promise<void> {
  const account = Object.keys(knownAccounts()).at(-1)
  if (!account) return
  const opened = new FieldDatabase(account)
  const known = await opened.me()
  if (!known) return
  database.value = opened
  me.value = known
}

/** Sign out and remove everything this phone holds of the account. The caller has made sure nothing unsent is lost. */
export async function signOutAndWipe(): Promise<void> {
  const account = me.value?.account.id
  await api.signOut().catch(() => undefined)
  await database.value?.delete()
  if (account) forgetAccount(account)
  database.value = null
  me.value = null
}

export interface Left {
  name: string
  unsent: number
}

/** Accounts that left unsent work on this phone: shown at sign-in, so that it is not forgotten. */
export async function leftOnPhone(): Promise<Left[]> {
  const found: Left[] = []
  for (const [id, name] of Object.entries(knownAccounts())) {
    const opened = new FieldDatabase(id)
    const unsent = await opened.outbox.where('state').anyOf('waiting', 'refused').count()
    opened.close()
    if (unsent > 0) found.push({ name, unsent })
  }
  return found
}
