// The store that lasts: one database an account, everything personal in it sealed. Refuses to write under a key that was replaced.
import type { Entry, Me, OutboxState } from '@lianfang/core'
import Dexie, { type EntityTable } from 'dexie'
import type { Bundle } from './bundle'
import { type MadeKey, makeKey, type Sealed, seal, unseal, unwrap, type Wrapped, wrap } from './sealing'
import type { LockedStore, PhoneStore } from './store'

interface SealedEntry extends Sealed {
  id: string
  state: OutboxState
}

interface Downloaded extends Sealed {
  key: 'bundle' | 'me'
}

/** How the store's key is kept: ready to use, or only under what its owner types. `turn` counts the keys there have been. */
interface Lock {
  key: 'lock'
  turn: number
  ready: CryptoKey | null
  wraps: { pin: Wrapped; password: Wrapped } | null
  wrong: number
  wait_until: number
}

/** When the server was last heard, and for how many days after it downloads may lie here. */
interface Contact {
  key: 'contact'
  at: number
  days: number
}

class FieldDatabase extends Dexie {
  outbox!: EntityTable<SealedEntry, 'id'>
  downloaded!: EntityTable<Downloaded, 'key'>
  locks!: EntityTable<Lock, 'key'>
  contacts!: EntityTable<Contact, 'key'>

  constructor(account: string) {
    super(`lianfang-field-${account}`)
    this.version(1).stores({ outbox: 'id, state', downloaded: 'key', locks: 'key', contacts: 'key' })
  }
}

const DAYS_UNLESS_TOLD = 7
const DAY_MS = 86_400_000
const TRIES_AT_ONCE = 5
const FIRST_WAIT_MS = 30_000
const MOST_TRIES = 12

/** Another page of this phone has put the store under another key. */
export class KeyReplaced extends Error {}

export class SealedStore implements PhoneStore {
  readonly lasting = true
  private last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly database: FieldDatabase,
    private key: CryptoKey,
    private turn: number,
  ) {}

  async entries(): Promise<Entry[]> {
    const rows = await this.database.outbox.toArray()
    const all = await Promise.all(rows.map((row) => unseal<Entry>(this.key, row)))
    return all.sort((one, other) => (one.queued_at < other.queued_at ? -1 : 1))
  }

  async keepEntries(changed: Entry[]): Promise<void> {
    await this.inTurn(async () => {
      const rows = await Promise.all(changed.map((entry) => sealedEntry(this.key, entry)))
      await this.write(() => this.database.outbox.bulkPut(rows))
    })
  }

  async dropEntries(ids: string[]): Promise<void> {
    await this.database.outbox.bulkDelete(ids)
  }

  bundle(): Promise<Bundle | null> {
    return this.read<Bundle>('bundle')
  }

  async keepBundle(bundle: Bundle): Promise<void> {
    await this.keepDownloaded('bundle', bundle)
    await noteContact(this.database, Date.now(), bundle.keep_days)
  }

  me(): Promise<Me | null> {
    return this.read<Me>('me')
  }

  async keepMe(me: Me): Promise<void> {
    await this.keepDownloaded('me', me)
    await noteContact(this.database, Date.now())
  }

  async dropDownloads(): Promise<void> {
    await this.database.downloaded.clear()
  }

  async hasPin(): Promise<boolean> {
    return (await this.database.locks.get('lock'))?.ready === null
  }

  async setPin(pin: string, password: string): Promise<void> {
    const made = await makeKey()
    const wraps = { pin: await wrap(made.bytes, pin), password: await wrap(made.bytes, password) }
    await this.sealAnew(made, { ready: null, wraps })
  }

  async removePin(): Promise<void> {
    const made = await makeKey()
    await this.sealAnew(made, { ready: made.key, wraps: null })
  }

  async destroy(): Promise<void> {
    await this.database.delete()
  }

  private async read<T>(key: Downloaded['key']): Promise<T | null> {
    const row = await this.database.downloaded.get(key)
    return row ? unseal<T>(this.key, row) : null
  }

  private async keepDownloaded(key: Downloaded['key'], value: unknown): Promise<void> {
    await this.inTurn(async () => {
      const row = { key, ...(await seal(this.key, value)) }
      await this.write(() => this.database.downloaded.put(row))
    })
  }

  /** One write after the other, because what is sealed under the old key must not arrive after the new one. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work)
    this.last = mine.catch(() => undefined)
    return mine
  }

  private async write(work: () => Promise<unknown>): Promise<void> {
    const { outbox, downloaded, locks } = this.database
    await this.database.transaction('rw', outbox, downloaded, locks, async () => {
      if ((await locks.get('lock'))?.turn !== this.turn) throw new KeyReplaced()
      await work()
    })
  }

  private async sealAnew(made: MadeKey, kept: Pick<Lock, 'ready' | 'wraps'>): Promise<void> {
    await this.inTurn(async () => {
      while (!(await this.sealedAll(made, kept)));
    })
  }

  /** Put everything under a new key. Returns false, with nothing changed, when another page recorded something meanwhile. */
  private async sealedAll(made: MadeKey, kept: Pick<Lock, 'ready' | 'wraps'>): Promise<boolean> {
    const rows = await Promise.all((await this.entries()).map((entry) => sealedEntry(made.key, entry)))
    const known = new Set(rows.map((row) => row.id))
    const downloads: Downloaded[] = []
    for (const key of ['bundle', 'me'] as const) {
      const value = await this.read(key)
      if (value) downloads.push({ key, ...(await seal(made.key, value)) })
    }
    const turn = this.turn + 1
    let isWhole = false
    // because a phone switched off half way must find one key for everything
    await this.write(async () => {
      isWhole = (await this.database.outbox.toCollection().primaryKeys()).every((id) => known.has(id))
      if (!isWhole) return
      await this.database.outbox.bulkPut(rows)
      await this.database.downloaded.bulkPut(downloads)
      await this.database.locks.put({ key: 'lock', turn, ...kept, wrong: 0, wait_until: 0 })
    })
    if (!isWhole) return false
    this.key = made.key
    this.turn = turn
    return true
  }
}

async function sealedEntry(key: CryptoKey, entry: Entry): Promise<SealedEntry> {
  return { id: entry.id, state: entry.state, ...(await seal(key, entry)) }
}

export async function openSealed(account: string): Promise<PhoneStore | LockedStore> {
  const database = new FieldDatabase(account)
  const lock = (await database.locks.get('lock')) ?? (await firstLock(database))
  if (lock.ready) return new SealedStore(database, lock.ready, lock.turn)
  return { unlock: (secret) => tryToUnlock(database, secret) }
}

/** The first lock of the store; of two pages that open it at once, both get the lock of one. */
async function firstLock(database: FieldDatabase): Promise<Lock> {
  const mine: Lock = { key: 'lock', turn: 1, ready: (await makeKey()).key, wraps: null, wrong: 0, wait_until: 0 }
  return database.transaction('rw', database.locks, async () => {
    const theirs = await database.locks.get('lock')
    if (!theirs) await database.locks.add(mine)
    return theirs ?? mine
  })
}

async function tryToUnlock(database: FieldDatabase, secret: string): Promise<SealedStore | number> {
  const lock = await database.locks.get('lock')
  if (!lock?.wraps) throw new KeyReplaced()
  if (lock.wait_until > Date.now()) return lock.wait_until
  const made = (await unwrap(lock.wraps.pin, secret)) ?? (await unwrap(lock.wraps.password, secret))
  if (made) {
    // because storage that is full must not lock its owner out
    if (lock.wrong > 0) await database.locks.put({ ...lock, wrong: 0, wait_until: 0 }).catch(() => undefined)
    return new SealedStore(database, made.key, lock.turn)
  }
  const wrong = lock.wrong + 1
  const wait_until = wrong < TRIES_AT_ONCE ? 0 : Date.now() + FIRST_WAIT_MS * 2 ** (wrong - TRIES_AT_ONCE)
  await database.locks.put({ ...lock, wrong, wait_until })
  // Whoever guesses on finds no list of people; what was recorded here stays sealed for its owner.
  if (wrong >= MOST_TRIES) await database.downloaded.clear()
  return wait_until
}

async function noteContact(database: FieldDatabase, at: number, days?: number): Promise<void> {
  const known = await database.contacts.get('contact')
  await database.contacts.put({ key: 'contact', at, days: days ?? known?.days ?? DAYS_UNLESS_TOLD })
}

/** Remove what was downloaded when the server was not heard for too many days. Returns whether something was removed. */
export async function dropWhenStale(account: string, now = Date.now()): Promise<boolean> {
  return withDatabase(account, async (database) => {
    const contact = await database.contacts.get('contact')
    if (!contact || now - contact.at <= contact.days * DAY_MS) return false
    const held = (await database.downloaded.count()) > 0
    await database.downloaded.clear()
    return held
  })
}

/** How many records of the account the server does not have yet; needs no key. */
export function unsentOn(account: string): Promise<number> {
  return withDatabase(account, (database) => database.outbox.where('state').anyOf('waiting', 'refused').count())
}

async function withDatabase<T>(account: string, work: (database: FieldDatabase) => Promise<T>): Promise<T> {
  const database = new FieldDatabase(account)
  try {
    return await work(database)
  } finally {
    database.close()
  }
}
