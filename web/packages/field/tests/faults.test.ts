// Whatever a phone goes through: what it called saved is at the server or still on it, and nothing else is called saved.
import 'fake-indexeddb/auto'
import type { Command, CommandResult, Entry, Me } from '@lianfang/core'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

const PIN = '246810'
const PASSWORD = 'a long password'
const NO = { code: 'access.not_yours', message: { zh: '不在您的范围内。', en: 'Not yours.' } }

type Answering = 'all' | 'none' | 'half' | 'unheard' | 'lost'
type Storage = 'good' | 'full' | 'torn'

let storage: Storage = 'good'
let answering: Answering = 'none'
let reloads = 0

/** The server as the phone meets it: it carries out each id once and says "repeated" after that. */
class Server {
  readonly has = new Map<string, Command & { app_version?: string }>()
  readonly refused = new Map<string, Command>()

  answer(commands: Command[]): CommandResult[] {
    return commands.map((command) => {
      if (this.has.has(command.id)) return { id: command.id, status: 'repeated' }
      if (command.input.theirs) {
        this.refused.set(command.id, command)
        return { id: command.id, status: 'refused', refusal: NO }
      }
      this.has.set(command.id, command)
      return { id: command.id, status: 'done' }
    })
  }
}

let server = new Server()

async function fetched(_path: string, request?: RequestInit): Promise<Response> {
  if (answering === 'none') throw new TypeError('no network')
  if (!String(_path).endsWith('/api/sync/upload')) return new Response('{}', { status: 200 })
  const { commands } = JSON.parse(String(request?.body)) as { commands: Command[] }
  if (answering === 'lost') {
    for (const command of commands) server.refused.set(command.id, command)
    const results = commands.map(({ id }) => ({ id, status: 'refused', refusal: { ...NO, code: 'devices.lost' } }))
    answering = 'none'
    return Response.json({ results, wipe: true })
  }
  const some = answering === 'half' ? commands.slice(0, Math.ceil(commands.length / 2)) : commands
  const results = server.answer(some)
  if (answering === 'unheard') throw new TypeError('the answer was lost')
  return Response.json({ results })
}

/** A page of the app: modules of its own over the one database, as a second tab has them. */
async function openPage(account: string) {
  vi.resetModules()
  const session = await import('../src/store/session')
  const outbox = await import('../src/store/outbox')
  const { isLocked, openStore } = await import('../src/store/store')
  const found = await openStore(account)
  const store = isLocked(found) ? await found.unlock(PIN) : found
  if (typeof store === 'number') throw new Error('the PIN did not open the store')
  session.phone.value = store
  session.me.value = { account: { id: account, name: '赵网格' } } as Me
  await outbox.loadOutbox()
  return { ...session, ...outbox, store }
}

type Page = Awaited<ReturnType<typeof openPage>>

async function settled(page: Page): Promise<void> {
  while (page.uploading.value) await new Promise((resolve) => setTimeout(resolve))
}

function work(number: number, theirs = false) {
  const said = { zh: `${number}`, en: `${number}` }
  return { action: 'screening.record_visit', input: { number, theirs }, label: said, subject: `visit/${number}` }
}

const real = { put: IDBObjectStore.prototype.put, add: IDBObjectStore.prototype.add }

beforeAll(() => {
  vi.stubGlobal('__APP_VERSION__', '0.1.0')
  vi.stubGlobal('document', { cookie: '', createElement: () => ({}) })
  vi.stubGlobal('window', { location: { reload: () => reloads++ } })
  vi.stubGlobal('fetch', fetched)
  for (const way of ['put', 'add'] as const) {
    IDBObjectStore.prototype[way] = function (this: IDBObjectStore, ...given: [unknown]) {
      if (storage === 'full') throw new DOMException('no room', 'QuotaExceededError')
      const asked = real[way].apply(this, given)
      if (storage === 'torn') this.transaction.abort()
      return asked
    }
  }
})

afterEach(() => {
  storage = 'good'
  answering = 'none'
})

afterAll(() => {
  Object.assign(IDBObjectStore.prototype, real)
  vi.unstubAllGlobals()
})

/** What the phone has called saved, and the pages through which it is used. */
class Phone {
  saved = new Set<string>()
  unsaved = new Set<number>()
  pages: Page[] = []
  recorded = 0

  constructor(readonly account: string) {}

  async page(which: number): Promise<Page> {
    this.pages[which] ??= await openPage(this.account)
    return this.pages[which]
  }

  async record(which: number, theirs: boolean): Promise<void> {
    const page = await this.page(which)
    const before = reloads
    this.recorded += 1
    const number = this.recorded
    await page.record(work(number, theirs)).then(
      (entry) => this.saved.add(entry.id),
      () => this.unsaved.add(number),
    )
    await settled(page)
    if (reloads > before) delete this.pages[which]
  }

  async upload(pages: number[], how: Answering): Promise<void> {
    const open: Page[] = []
    for (const which of pages) open.push(await this.page(which))
    const before = reloads
    answering = how
    // A page that finds the key replaced begins again; what it was told comes once more to the next.
    await Promise.allSettled(open.map((page) => page.upload()))
    answering = 'none'
    if (reloads > before) this.pages = []
  }

  async setPin(which: number): Promise<void> {
    const page = await this.page(which)
    const before = reloads
    this.recorded += 1
    const number = this.recorded
    const [, kept] = await Promise.allSettled([page.store.setPin(PIN, PASSWORD), page.record(work(number))])
    if (kept.status === 'fulfilled') this.saved.add(kept.value.id)
    else this.unsaved.add(number)
    await settled(page)
    if (reloads > before) delete this.pages[which]
  }

  /** Compare what was called saved with the server and with what a page opened now finds. */
  async check(): Promise<void> {
    storage = 'good'
    const page = await openPage(this.account)
    const here = new Map(page.entries.value.map((entry: Entry) => [entry.id, entry]))
    const numbers = new Set<unknown>()
    for (const id of this.saved) {
      const entry = here.get(id)
      expect(server.has.has(id) || (entry && entry.state !== 'sent'), `${id} is nowhere`).toBe(true)
    }
    for (const entry of here.values()) {
      expect(entry.state !== 'sent' || server.has.has(entry.id), `${entry.id} never arrived`).toBe(true)
      expect(entry.state !== 'refused' || server.refused.has(entry.id)).toBe(true)
      numbers.add(entry.input.number)
    }
    for (const number of this.unsaved) expect(numbers.has(number), `${number} was called not saved`).toBe(false)
    answering = 'all'
    await page.upload()
    expect(page.waiting.value).toBe(0)
    for (const id of this.saved) expect(server.has.has(id) !== server.refused.has(id), id).toBe(true)
    const sent = [...server.has.values()].map((command) => command.input.number)
    expect(new Set(sent).size).toBe(sent.length)
  }
}

const which = fc.integer({ min: 0, max: 1 })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('record' as const), which, theirs: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      which,
      how: fc.constantFrom<Answering>('all', 'none', 'half', 'unheard'),
      both: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('storage' as const),
      becomes: fc.constantFrom<Storage>('good', 'good', 'full', 'torn'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pin' as const), which }) },
)

async function go(phone: Phone, next: typeof step extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  if (next.do === 'record') await phone.record(next.which, next.theirs)
  else if (next.do === 'upload') await phone.upload(next.both ? [0, 1] : [next.which], next.how)
  else if (next.do === 'storage') storage = next.becomes
  else if (next.do === 'reload') {
    storage = 'good'
    delete phone.pages[next.which]
  } else await phone.setPin(next.which)
}

describe('a phone', () => {
  it('loses and doubles nothing that it called saved, and calls nothing saved that is not', async () => {
    let runs = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 18 }), async (steps) => {
        server = new Server()
        storage = 'good'
        runs += 1
        const phone = new Phone(`faults-${runs}`)
        await phone.page(0)
        for (const next of steps) await go(phone, next)
        await phone.check()
      }),
      { numRuns: 20, endOnFailure: true },
    )
  }, 180_000)
})

describe('storage that is full', () => {
  it('takes no record, says so, and leaves the earlier ones alone', async () => {
    const page = await openPage('full')
    await page.record(work(1))
    storage = 'full'
    await expect(page.record(work(2))).rejects.toBeInstanceOf(page.NotSaved)
    expect(page.waiting.value).toBe(1)
    storage = 'good'
    const again = await openPage('full')
    expect(again.entries.value.map((entry: Entry) => entry.input.number)).toEqual([1])
    await again.record(work(3))
    expect(again.waiting.value).toBe(2)
  })

  it('lets go of what the server has before it gives up', async () => {
    server = new Server()
    const page = await openPage('room')
    answering = 'all'
    await page.record(work(1))
    await settled(page)
    const taken = vi.spyOn(page.store, 'keepEntries').mockRejectedValueOnce(new DOMException('', 'QuotaExceededError'))
    answering = 'none'
    await page.record(work(2))
    expect(taken).toHaveBeenCalledTimes(2)
    expect((await page.store.entries()).map((entry: Entry) => entry.input.number)).toEqual([2])
    taken.mockRestore()
    await settled(page)
  })

  it('does not keep an answer from counting, though the phone cannot write it down', async () => {
    server = new Server()
    const page = await openPage('answer')
    await page.record(work(1))
    await settled(page)
    storage = 'full'
    answering = 'all'
    expect(await page.upload()).toEqual({ sent: 1, refused: 0 })
    expect(page.waiting.value).toBe(0)
    expect(server.has.size).toBe(1)
  })
})

describe('a PIN on a phone with full storage', () => {
  it('still opens it for its owner', async () => {
    const page = await openPage('full-pin')
    await page.record(work(1))
    await settled(page)
    await page.store.setPin(PIN, PASSWORD)
    storage = 'full'
    expect((await openPage('full-pin')).waiting.value).toBe(1)
  })
})

describe('two pages that open a new phone at the same moment', () => {
  it('keep what they record under one key', async () => {
    const { openStore } = await import('../src/store/store')
    const [one, other] = await Promise.all([openStore('first'), openStore('first')])
    if (!('keepEntries' in one) || !('keepEntries' in other)) throw new Error('locked')
    const page = await openPage('first')
    const entry = await page.record(work(1))
    await settled(page)
    await one.keepEntries([{ ...entry, id: 'one' }])
    await other.keepEntries([{ ...entry, id: 'other' }])
    expect(await page.store.entries()).toHaveLength(3)
  })
})

describe('a phone reported lost', () => {
  it('hands everything over and keeps nothing', async () => {
    server = new Server()
    const page = await openPage('lost')
    const entry = await page.record(work(1))
    await settled(page)
    answering = 'lost'
    await page.upload()
    expect(server.refused.has(entry.id)).toBe(true)
    expect(page.entries.value).toEqual([])
    expect(page.me.value).toBeNull()
    expect((await openPage('lost')).entries.value).toEqual([])
  })

  it('with more than one upload holds keeps the rest until it is handed over, and the list of people no longer', async () => {
    server = new Server()
    const page = await openPage('lost-full')
    for (let number = 0; number < 120; number++) await page.record(work(number))
    await settled(page)
    await page.store.keepMe(page.me.value as Me)
    answering = 'lost'
    await page.upload()
    expect(server.refused.size).toBe(100)
    expect(await page.store.me()).toBeNull()
    const again = await openPage('lost-full')
    expect(again.waiting.value).toBe(20)
    answering = 'lost'
    await again.upload()
    expect(server.refused.size).toBe(120)
    expect((await openPage('lost-full')).entries.value).toEqual([])
  })
})

describe('an app that was upgraded with a full queue', () => {
  it('uploads each record as the app made it that recorded it', async () => {
    server = new Server()
    const old = await openPage('upgrade')
    const { app_version: _, ...before } = await old.record(work(1))
    await settled(old)
    await old.record(work(2))
    await settled(old)
    await old.store.keepEntries([before])
    vi.stubGlobal('__APP_VERSION__', '9.0.0')
    const fresh = await openPage('upgrade')
    answering = 'all'
    await fresh.record(work(3))
    await settled(fresh)
    vi.stubGlobal('__APP_VERSION__', '0.1.0')
    expect([...server.has.values()].map((command) => command.app_version).sort()).toEqual(['0.0', '0.1.0', '9.0.0'])
  })
})
