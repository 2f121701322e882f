// The store that lasts: one database an account, everything personal in it sealed. Refuses to write under a key that was replaced.
import type { Entry, Me, OutboxState } from '@lianfang/core'
import { type DBSchema, deleteDB, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from 'idb'
import type { Bundle } from './bundle'
import { inOwnLog, leaveLog } from './log'
import type { Screen } from './screen'
import { type MadeKey, makeKey, type Sealed, seal, unseal, unwrap, type Wrapped, wrap } from './sealing'
import { makeSigner, type Signer } from './signing'
import type { LockedStore, PhoneStore, Side } from './store'

interface SealedEntry extends Sealed {
  id: string
  state: OutboxState
}

const DOWNLOADS = ['bundle', 'me', 'taken', 'given', 'told', 'resting', 'screen'] as const

interface Downloaded extends Sealed {
  key: (typeof DOWNLOADS)[number]
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

/** The key this phone signs with: it never leaves the phone, and neither does what it signs say anything by itself. */
interface OwnKey {
  key: 'signer'
  signer: Signer
}

/** When the server was last heard, and for how many days after it downloads may lie here. */
interface Contact {
  key: 'contact'
  at: number
  days: number
}

interface FieldStores extends DBSchema {
  outbox: { key: string; value: SealedEntry; indexes: { state: OutboxState } }
  downloaded: { key: string; value: Downloaded }
  locks: { key: string; value: Lock | OwnKey }
  contacts: { key: string; value: Contact }
}

type FieldDatabase = IDBPDatabase<FieldStores>
type Writing = IDBPTransaction<FieldStores, StoreNames<FieldStores>[], 'readwrite'>

/** Another page of this phone has put the store under another key. */
export class KeyReplaced extends Error {}

/** The account has signed out on this phone, here or in another page, and its store went with it. */
class StoreGone extends KeyReplaced {}

// the number that phones in the field have kept their stores under from the beginning
const STORE_VERSION = 10
const opened = new Map<string, Promise<FieldDatabase>>()

const PREFIX = 'lianfang-field-'
const nameOf = (account: string) => PREFIX + account

/** The accounts whose stores lie on this phone, also where the browser has lost the list of them on a full disk. */
export async function storesOnPhone(): Promise<string[]> {
  const all = (await indexedDB.databases?.()) ?? []
  return all.flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []))
}

/** The account's database, opened once for the page, because opening it costs a cheap phone more than reading it.
 * Raises `StoreGone` where there is none: only who signs in makes one, not a page left open behind a sign-out. */
function databaseOf(account: string): Promise<FieldDatabase> {
  return opened.get(account) ?? keepOpen(account, openFor(account, false))
}

/** The account's database, or nothing where it has none on this phone. */
async function foundDatabaseOf(account: string): Promise<FieldDatabase | null> {
  try {
    return await databaseOf(account)
  } catch (problem) {
    if (problem instanceof StoreGone) return null
    throw problem
  }
}

/** The account's database, made where there is none. */
async function madeDatabaseOf(account: string): Promise<FieldDatabase> {
  const found = await foundDatabaseOf(account)
  if (found) return found
  // in a log of its own, because making it writes
  const making = inOwnLog(() => openFor(account, true))
  return keepOpen(account, making)
}

function keepOpen(account: string, opening: Promise<FieldDatabase>): Promise<FieldDatabase> {
  opened.set(account, opening)
  opening.catch(() => {
    if (opened.get(account) === opening) opened.delete(account)
  })
  return opening
}

async function openFor(account: string, makes: boolean): Promise<FieldDatabase> {
  const forget = () => opened.delete(account)
  let isGone = false
  const opening = openDB<FieldStores>(nameOf(account), STORE_VERSION, {
    upgrade(database, _before, _now, making) {
      if (!makes) {
        isGone = true
        making.done.catch(() => undefined)
        making.abort()
        return
      }
      database.createObjectStore('outbox', { keyPath: 'id' }).createIndex('state', 'state')
      for (const name of ['downloaded', 'locks', 'contacts'] as const)
        database.createObjectStore(name, { keyPath: 'key' })
    },
    // because a sign-out in another page must be able to delete it
    blocking: (_now, _wanted, event) => {
      forget()
      ;(event.target as IDBDatabase).close()
    },
    terminated: () => {
      forget()
      leaveLog()
    },
  })
  try {
    return await opening
  } catch (problem) {
    throw isGone ? new StoreGone() : problem
  }
}

const DAYS_UNLESS_TOLD = 7
const DAY_MS = 86_400_000
const TRIES_AT_ONCE = 5
const FIRST_WAIT_MS = 30_000
const MOST_TRIES = 12

export class SealedStore implements PhoneStore {
  readonly lasting = true
  private last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly account: string,
    private key: CryptoKey,
    private turn: number,
  ) {}

  /** The open database: a browser closes it by itself when the disk fails, and it is then opened again. */
  private get database(): Promise<FieldDatabase> {
    return databaseOf(this.account)
  }

  async entries(): Promise<Entry[]> {
    const rows = await (await this.database).getAll('outbox')
    const all = await Promise.all(rows.map((row) => unseal<Entry>(this.key, row)))
    return all.sort((one, other) => (one.queued_at < other.queued_at ? -1 : 1))
  }

  async keepEntries(changed: Entry[]): Promise<void> {
    await this.inTurn(async () => {
      const rows = await Promise.all(changed.map((entry) => sealedEntry(this.key, entry)))
      await this.write((writing) => Promise.all([putAll(writing, 'outbox', rows), dropScreen(writing)]))
    })
  }

  async dropEntries(ids: string[]): Promise<void> {
    if (ids.length === 0) return
    await inOwnLog(async () => {
      const writing = (await this.database).transaction('outbox', 'readwrite')
      await Promise.all([...ids.map((id) => writing.store.delete(id)), writing.done])
    })
  }

  bundle(): Promise<Bundle | null> {
    return this.read<Bundle>('bundle')
  }

  async keepBundle(bundle: Bundle): Promise<void> {
    await this.keepDownloaded('bundle', bundle)
    await this.noteHeard(bundle.keep_days)
  }

  async noteHeard(days?: number): Promise<void> {
    await inOwnLog(async () => noteContact(await this.database, Date.now(), days))
  }

  me(): Promise<Me | null> {
    return this.read<Me>('me')
  }

  async keepMe(me: Me): Promise<void> {
    await this.keepDownloaded('me', me)
    await this.noteHeard()
  }

  async dropDownloads(): Promise<void> {
    await inOwnLog(async () => (await this.database).clear('downloaded'))
  }

  async hasPin(): Promise<boolean> {
    return (await lockOf(await this.database))?.ready === null
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

  async handed<T>(side: Side): Promise<T[]> {
    return (await this.read<T[]>(side)) ?? []
  }

  async keepHanded(side: Side, all: unknown[]): Promise<void> {
    await this.keepDownloaded(side, all)
  }

  screen(): Promise<Screen | null> {
    return this.read<Screen>('screen')
  }

  async keepScreen(screen: Screen): Promise<void> {
    await this.keepDownloaded('screen', screen)
  }

  async signer(): Promise<Signer> {
    const known = await (await this.database).get('locks', 'signer')
    if (known && 'signer' in known) return known.signer
    const signer = await makeSigner()
    await inOwnLog(async () => (await this.database).put('locks', { key: 'signer', signer }))
    return signer
  }

  async destroy(): Promise<void> {
    const database = await foundDatabaseOf(this.account)
    opened.delete(this.account)
    database?.close()
    await deleteDB(nameOf(this.account))
  }

  private async read<T>(key: Downloaded['key']): Promise<T | null> {
    const row = await (await this.database).get('downloaded', key)
    return row ? unseal<T>(this.key, row) : null
  }

  private async keepDownloaded(key: Downloaded['key'], value: unknown): Promise<void> {
    await this.inTurn(async () => {
      const row = { key, ...(await seal(this.key, value)) }
      await this.write(async (writing) => {
        if (shownOf.has(key)) await dropScreen(writing)
        await putAll(writing, 'downloaded', [row])
      })
    })
  }

  /** One write after the other, because what is sealed under the old key must not arrive after the new one. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.last.then(work)
    this.last = mine.catch(() => undefined)
    return mine
  }

  private async write(work: (writing: Writing) => Promise<unknown>): Promise<void> {
    await inOwnLog(() => this.writeOnce(work))
  }

  private async writeOnce(work: (writing: Writing) => Promise<unknown>): Promise<void> {
    const writing = (await this.database).transaction(['outbox', 'downloaded', 'locks'], 'readwrite')
    const whole = writing.done
    // because a transaction that fails says so twice, and the first answer is the one that tells why
    whole.catch(() => undefined)
    if (asLock(await writing.objectStore('locks').get('lock'))?.turn !== this.turn) {
      takeBack(writing)
      throw new KeyReplaced()
    }
    try {
      await work(writing)
    } catch (problem) {
      takeBack(writing)
      throw problem
    }
    await whole
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
    for (const key of DOWNLOADS) {
      const value = await this.read(key)
      if (value) downloads.push({ key, ...(await seal(made.key, value)) })
    }
    const turn = this.turn + 1
    let isWhole = false
    // because a phone switched off half way must find one key for everything
    await this.write(async (writing) => {
      isWhole = (await writing.objectStore('outbox').getAllKeys()).every((id) => known.has(id))
      if (!isWhole) return
      await putAll(writing, 'outbox', rows)
      await putAll(writing, 'downloaded', downloads)
      await putAll(writing, 'locks', [{ key: 'lock', turn, ...kept, wrong: 0, wait_until: 0 }])
    })
    if (!isWhole) return false
    this.key = made.key
    this.turn = turn
    return true
  }
}

/** Undo all of a write, because a part of what belongs together is worse than nothing. */
function takeBack(writing: Writing): void {
  try {
    writing.abort()
  } catch {
    // it has failed by itself, and then nothing of it is there
  }
}

async function putAll<Name extends 'outbox' | 'downloaded' | 'locks'>(
  writing: Writing,
  name: Name,
  rows: FieldStores[Name]['value'][],
): Promise<void> {
  const store = writing.objectStore(name)
  await Promise.all(rows.map(async (row) => store.put(row)))
}

/** What the screen was drawn from: once one of them changes, it shows what is no longer so. */
const shownOf = new Set<Downloaded['key']>(['bundle', 'taken', 'given'])

async function dropScreen(writing: Writing): Promise<void> {
  await writing.objectStore('downloaded').delete('screen')
}

async function sealedEntry(key: CryptoKey, entry: Entry): Promise<SealedEntry> {
  return { id: entry.id, state: entry.state, ...(await seal(key, entry)) }
}

export async function openSealed(account: string): Promise<PhoneStore | LockedStore> {
  const database = await madeDatabaseOf(account)
  const lock = (await lockOf(database)) ?? (await firstLock(database))
  if (lock.ready) return new SealedStore(account, lock.ready, lock.turn)
  return { unlock: (secret) => tryToUnlock(account, database, secret) }
}

function asLock(row: Lock | OwnKey | undefined): Lock | undefined {
  return row?.key === 'lock' ? row : undefined
}

async function lockOf(database: FieldDatabase): Promise<Lock | undefined> {
  return asLock(await database.get('locks', 'lock'))
}

/** The lock of a new store; of two pages that open it at once, both get the one that was there first. */
async function firstLock(database: FieldDatabase): Promise<Lock> {
  const { key } = await makeKey()
  const made: Lock = { key: 'lock', turn: 1, ready: key, wraps: null, wrong: 0, wait_until: 0 }
  return inOwnLog(async () => {
    const writing = database.transaction('locks', 'readwrite')
    const known = asLock(await writing.store.get('lock'))
    await Promise.all([known ?? writing.store.put(made), writing.done])
    return known ?? made
  })
}

async function tryToUnlock(account: string, database: FieldDatabase, secret: string): Promise<SealedStore | number> {
  const lock = await lockOf(database)
  if (!lock?.wraps) throw new KeyReplaced()
  if (lock.wait_until > Date.now()) return lock.wait_until
  const made = (await unwrap(lock.wraps.pin, secret)) ?? (await unwrap(lock.wraps.password, secret))
  if (made) {
    // because storage that is full must not lock its owner out
    if (lock.wrong > 0) await keepLock(database, { ...lock, wrong: 0, wait_until: 0 }).catch(() => undefined)
    return new SealedStore(account, made.key, lock.turn)
  }
  const wrong = lock.wrong + 1
  const wait_until = wrong < TRIES_AT_ONCE ? 0 : Date.now() + FIRST_WAIT_MS * 2 ** (wrong - TRIES_AT_ONCE)
  await keepLock(database, { ...lock, wrong, wait_until })
  // Whoever guesses on finds no list of people; what was recorded here stays sealed for its owner.
  if (wrong >= MOST_TRIES) await inOwnLog(() => database.clear('downloaded'))
  return wait_until
}

async function keepLock(database: FieldDatabase, lock: Lock): Promise<void> {
  await inOwnLog(() => database.put('locks', lock))
}

function contactOf(database: FieldDatabase): Promise<Contact | undefined> {
  return database.get('contacts', 'contact')
}

async function noteContact(database: FieldDatabase, at: number, days?: number): Promise<void> {
  const known = await contactOf(database)
  const row: Contact = { key: 'contact', at, days: days ?? known?.days ?? DAYS_UNLESS_TOLD }
  await database.put('contacts', row)
}

/** Remove what was downloaded when the server was not heard for too many days. Returns whether something was removed. */
export async function dropWhenStale(account: string, now = Date.now()): Promise<boolean> {
  const database = await foundDatabaseOf(account)
  if (!database) return false
  const contact = await contactOf(database)
  if (!contact || now - contact.at <= contact.days * DAY_MS) return false
  const held = (await database.count('downloaded')) > 0
  await inOwnLog(() => database.clear('downloaded'))
  return held
}

/** How many records of the account the server does not have yet; needs no key. */
export async function unsentOn(account: string): Promise<number> {
  const database = await foundDatabaseOf(account)
  if (!database) return 0
  const counts = await Promise.all(
    (['waiting', 'refused'] as const).map((state) => database.countFromIndex('outbox', 'state', state)),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
