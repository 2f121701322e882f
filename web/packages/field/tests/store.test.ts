import 'fake-indexeddb/auto'
import { type Entry, type Me, queued } from '@lianfang/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Bundle } from '../src/store/bundle'
import { takeHeld } from '../src/store/held'
import { readBundle } from '../src/store/reading'
import { dropWhenStale, KeyReplaced, unsentOn } from '../src/store/sealed'
import { isLocked, type LockedStore, openStore, type PhoneStore } from '../src/store/store'

const DAY = 86_400_000
const me = { account: { id: 'a', name: '赵网格' } } as Me

function entry(id = 'a'): Entry {
  return queued(
    {
      id,
      action: 'a.b',
      input: { name: '某某' },
      happened_at: '2020-02-03T08:00:00+08:00',
      label: { zh: '甲', en: 'A' },
    },
    `2020-02-03T08:00:00+08:00-${id}`,
  )
}

function bundle(keep_days = 7): Bundle {
  return readBundle({ keep_days, persons: [{ id: 'p', name: '王某某' }] })
}

async function opened(account: string): Promise<PhoneStore> {
  const store = await openStore(account)
  if (isLocked(store)) throw new Error('locked')
  return store
}

async function shut(account: string): Promise<LockedStore> {
  const store = await openStore(account)
  if (!isLocked(store)) throw new Error('not locked')
  return store
}

async function everythingIn(account: string): Promise<string> {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(`lianfang-field-${account}`)
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
  const found: string[] = []
  for (const name of database.objectStoreNames) {
    const rows = await new Promise<unknown[]>((resolve) => {
      const asked = database.transaction(name).objectStore(name).getAll()
      asked.onsuccess = () => resolve(asked.result)
    })
    for (const row of rows) found.push(readable(row))
  }
  database.close()
  return found.join('\n')
}

/** Every byte of a row as text, so that a name written anywhere would be seen. */
function readable(value: unknown): string {
  if (value instanceof ArrayBuffer) return new TextDecoder().decode(value)
  if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value)
  if (value && typeof value === 'object') return Object.values(value).map(readable).join(' ')
  return String(value)
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the phone’s own store', () => {
  it('keeps the queue and the grid over a restart', async () => {
    const before = await opened('restart')
    await before.keepEntries([entry('b'), entry('a')])
    await before.keepBundle(bundle())
    const after = await opened('restart')
    expect(after.lasting).toBe(true)
    expect((await after.entries()).map((one) => one.id)).toEqual(['a', 'b'])
    expect((await after.bundle())?.persons[0]?.name).toBe('王某某')
  })

  it('has no name in it that anyone could read', async () => {
    const store = await opened('sealed')
    await store.keepEntries([entry()])
    await store.keepBundle(bundle())
    await store.keepMe(me)
    const everything = await everythingIn('sealed')
    expect(everything).toContain('waiting')
    expect(everything).not.toMatch(/某某|赵网格/)
  })

  it('never shows one account what another recorded', async () => {
    await (await opened('one')).keepEntries([entry()])
    expect(await (await opened('two')).entries()).toEqual([])
  })

  it('is empty after it was destroyed', async () => {
    const store = await opened('gone')
    await store.keepEntries([entry()])
    await store.destroy()
    expect(await (await opened('gone')).entries()).toEqual([])
  })

  it('counts what is unsent without opening anything', async () => {
    const store = await opened('count')
    await store.keepEntries([entry('a'), { ...entry('b'), state: 'sent' }, { ...entry('c'), state: 'refused' }])
    expect(await unsentOn('count')).toBe(2)
  })

  it('keeps things only until the page closes where the browser offers no encryption', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const store = await opened('plain')
    await store.keepEntries([entry()])
    expect(store.lasting).toBe(false)
    expect(await store.entries()).toHaveLength(1)
    vi.unstubAllGlobals()
    expect(await (await opened('plain')).entries()).toEqual([])
  })
})

describe('the PIN', () => {
  it('opens what was kept before it was set, and so does the password', async () => {
    const store = await opened('pin')
    await store.keepEntries([entry()])
    await store.keepBundle(bundle())
    await store.setPin('246810', 'a long password')
    await store.keepEntries([entry('b')])
    for (const secret of ['246810', 'a long password']) {
      const again = await (await shut('pin')).unlock(secret)
      if (typeof again === 'number') throw new Error('did not open')
      expect(await again.entries()).toHaveLength(2)
      expect((await again.bundle())?.persons).toHaveLength(1)
    }
  })

  it('is asked for no more once it is removed', async () => {
    const store = await opened('removed')
    await store.keepEntries([entry()])
    await store.setPin('246810', 'a long password')
    await store.removePin()
    expect(await (await opened('removed')).entries()).toHaveLength(1)
  })

  it('makes a guesser wait, even over a restart, and then opens for its owner', async () => {
    const store = await opened('guess')
    await store.keepEntries([entry()])
    await store.setPin('246810', 'a long password')
    let wait: PhoneStore | number = 0
    for (let tries = 0; tries < 5; tries++) wait = await (await shut('guess')).unlock(`00000${tries}`)
    expect(wait).toBeGreaterThan(Date.now())
    expect(await (await shut('guess')).unlock('246810')).toBe(wait)
    vi.useFakeTimers({ toFake: ['Date'], now: (wait as number) + 1 })
    expect(typeof (await (await shut('guess')).unlock('246810'))).toBe('object')
  })

  it('leaves a guesser no list of people, and the owner every record', async () => {
    const store = await opened('guesser')
    await store.keepEntries([entry()])
    await store.keepBundle(bundle())
    await store.setPin('246810', 'a long password')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    for (let tries = 0; tries < 12; tries++) {
      const wait = await (await shut('guesser')).unlock('000000')
      vi.setSystemTime(Math.max(Date.now(), wait as number) + 1)
    }
    const again = (await (await shut('guesser')).unlock('246810')) as PhoneStore
    expect(await again.bundle()).toBeNull()
    expect(await again.entries()).toHaveLength(1)
  })

  it('set on another page stops this one from writing what could not be read again', async () => {
    const [here, there] = [await opened('pages'), await opened('pages')]
    await there.setPin('246810', 'a long password')
    await expect(here.keepEntries([entry()])).rejects.toBeInstanceOf(KeyReplaced)
    const again = (await (await shut('pages')).unlock('246810')) as PhoneStore
    expect(await again.entries()).toEqual([])
  })
})

describe('a store that was removed', () => {
  const names = async () => (await indexedDB.databases()).map(({ name }) => name)

  it.each([
    ['what the server said', (store: PhoneStore) => store.keepMe(me)],
    ['what was recorded', (store: PhoneStore) => store.keepEntries([entry()])],
    ['that the server was heard', (store: PhoneStore) => store.noteHeard(3)],
    ['a new list', (store: PhoneStore) => store.keepBundle(bundle())],
  ])('is not made again by a page that still has %s to write', async (_, write) => {
    const [here, there] = [await opened('gone'), await opened('gone')]
    const writing = write(there).catch((problem) => problem)
    await here.destroy()
    await writing
    expect(await write(there).catch((problem) => problem)).toBeInstanceOf(KeyReplaced)
    expect(await unsentOn('gone')).toBe(0)
    expect(await dropWhenStale('gone')).toBe(false)
    expect(await names()).not.toContain('lianfang-field-gone')
  })

  it('is made anew by whoever signs in again', async () => {
    await (await opened('back')).destroy()
    const store = await opened('back')
    await store.keepMe(me)
    expect(await store.me()).toEqual(me)
  })
})

describe('days without contact', () => {
  it('leave the grid alone until the last of them', async () => {
    const store = await opened('days')
    await store.keepBundle(bundle(3))
    expect(await dropWhenStale('days', Date.now() + 3 * DAY - 1000)).toBe(false)
    expect(await store.bundle()).not.toBeNull()
  })

  it('remove the grid after it, and never a record', async () => {
    const store = await opened('stale')
    await store.keepBundle(bundle(3))
    await store.keepEntries([entry()])
    expect(await dropWhenStale('stale', Date.now() + 3 * DAY + 1000)).toBe(true)
    expect(await store.bundle()).toBeNull()
    expect(await store.entries()).toHaveLength(1)
  })

  it('are counted from the last word of the server, not from the download', async () => {
    const store = await opened('heard')
    await store.keepBundle(bundle(3))
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY })
    await store.keepMe(me)
    expect(await dropWhenStale('heard', Date.now() + 2 * DAY)).toBe(false)
    expect(await store.bundle()).not.toBeNull()
  })

  it('do not end because a flat battery set the clock to 1970', async () => {
    const store = await opened('battery')
    await store.keepBundle(bundle(3))
    expect(await dropWhenStale('battery', 0)).toBe(false)
    expect(await store.bundle()).not.toBeNull()
  })
})

describe('a phone that has lost the list of its accounts', () => {
  it('finds the store that lies on it, and what waits there', async () => {
    const store = await opened('forgotten')
    await store.keepMe(me)
    await store.keepEntries([entry()])
    const held = await takeHeld()
    expect(held?.account).toBe('forgotten')
    expect(held?.entries.map((one) => one.id)).toEqual(['a'])
  })
})

describe('the list as it stood last', () => {
  const screen = { html: '<p>王某某</p>', day: 'Mon Feb 03 2020', lang: 'zh-Hans', look: 'light', size: '16px' }

  it('lies sealed, and is there at the next start', async () => {
    const store = await opened('screen')
    await store.keepScreen(screen)
    expect(await (await opened('screen')).screen()).toEqual(screen)
    expect(await everythingIn('screen')).not.toContain('王某某')
  })

  it.each([
    ['something is recorded', (store: PhoneStore) => store.keepEntries([entry()])],
    ['a new list has come', (store: PhoneStore) => store.keepBundle(bundle())],
    ['a day was taken over', (store: PhoneStore) => store.keepHanded('taken', [])],
    ['the downloads are removed', (store: PhoneStore) => store.dropDownloads()],
  ])('is gone when %s, because it would show what is no longer so', async (_, change) => {
    const store = await opened('screen-gone')
    await store.keepScreen(screen)
    await change(store)
    expect(await store.screen()).toBeNull()
  })

  it('stays when the server had nothing new, and the server counts as heard', async () => {
    const store = await opened('screen-heard')
    await store.keepBundle(bundle(3))
    await store.keepScreen(screen)
    vi.useFakeTimers({ now: Date.now() + 2 * DAY, toFake: ['Date'] })
    await store.noteHeard(3)
    vi.useRealTimers()
    expect(await store.screen()).toEqual(screen)
    expect(await dropWhenStale('screen-heard', Date.now() + 4 * DAY)).toBe(false)
    expect(await store.bundle()).not.toBeNull()
  })

  it('stays behind the PIN', async () => {
    const store = await opened('screen-pin')
    await store.keepScreen(screen)
    await store.setPin('4711', 'secret')
    const unlocked = await (await shut('screen-pin')).unlock('4711')
    expect(await (unlocked as PhoneStore).screen()).toEqual(screen)
  })
})
