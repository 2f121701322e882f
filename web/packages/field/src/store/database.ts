// The phone's own store: one database for each account, so that one person's unsent work never meets another's sign-out.
import type { Entry, Me } from '@lianfang/core'
import Dexie, { type EntityTable } from 'dexie'
import type { Bundle } from './bundle'

interface Kept {
  key: 'bundle' | 'me'
  value: unknown
}

export class FieldDatabase extends Dexie {
  outbox!: EntityTable<Entry, 'id'>
  kept!: EntityTable<Kept, 'key'>

  constructor(account: string) {
    super(`lianfang-field-${account}`)
    this.version(1).stores({ outbox: 'id, state, queued_at', kept: 'key' })
  }

  async bundle(): Promise<Bundle | null> {
    return ((await this.kept.get('bundle'))?.value as Bundle | undefined) ?? null
  }

  keepBundle(bundle: Bundle): Promise<unknown> {
    return this.kept.put({ key: 'bundle', value: bundle })
  }

  async me(): Promise<Me | null> {
    return ((await this.kept.get('me'))?.value as Me | undefined) ?? null
  }

  keepMe(me: Me): Promise<unknown> {
    return this.kept.put({ key: 'me', value: me })
  }
}

const ACCOUNTS_KEY = 'lianfang.field.accounts'

/** Who has signed in on this phone and not signed out: account id → name. No other personal data is outside the database. */
export function knownAccounts(): Record<string, string> {
  try {
    return JSON.parse(localStorage.getItem(ACCOUNTS_KEY) ?? '{}') as Record<string, string>
  } catch {
    return {}
  }
}

export function noteAccount(id: string, name: string): void {
  try {
    localStorage.setItem(ACCOUNTS_KEY, JSON.stringify({ ...knownAccounts(), [id]: name }))
  } catch {
    // Without storage the app still records online; the page on the account says what is missing.
  }
}

export function forgetAccount(id: string): void {
  const rest = Object.fromEntries(Object.entries(knownAccounts()).filter(([known]) => known !== id))
  localStorage.setItem(ACCOUNTS_KEY, JSON.stringify(rest))
}

const DEVICE_KEY = 'lianfang.device'

/** This phone's id: random, says nothing about the phone, and survives sign-out. */
export function deviceId(make: () => string): string {
  try {
    const known = localStorage.getItem(DEVICE_KEY)
    if (known) return known
    const made = make()
    localStorage.setItem(DEVICE_KEY, made)
    return made
  } catch {
    return make()
  }
}
