import { describe, expect, it } from 'vitest'
import type { Bundle } from '../src/store/bundle'
import { framesOf, isWhole, packetOf, type Seen, see } from '../src/store/frames'
import {
  type Asking,
  askForWork,
  checkDigits,
  openWork,
  readAsking,
  sealWork,
  type Taken,
  untilWhen,
  withHanded,
  workOf,
} from '../src/store/handing'
import { readBundle } from '../src/store/reading'
import { makeSigner, NotGenuine, type Signer, signed } from '../src/store/signing'
import { dayWork } from '../src/store/work'

const DAY = '2020-02-03'
const NOW = '2020-02-03T10:00:00+08:00'
const UNTIL = '2020-02-03T24:00:00+08:00'
const GRID = '140826100201001'

/** The server's side: it signs a card for a phone's key. */
async function cardFor(server: Signer, phone: Signer, account: string, paths = [GRID], until = '2020-02-10') {
  return signed(server, { v: 1, a: account, n: account, d: 'd', p: paths, k: phone.shown, u: until })
}

function grid(): Bundle {
  return readBundle({
    households: [
      { id: 'h1', area: GRID, door_no: '1号' },
      { id: 'h2', area: GRID, door_no: '2号' },
    ],
    persons: [
      { id: 'p1', household_id: 'h1', name: '甲' },
      { id: 'p2', household_id: 'h2', name: '乙' },
    ],
    observations: [{ id: 'o1', person_id: 'p1', starts_on: DAY, ends_on: '2020-02-17', state: 'under_observation' }],
    slots: [
      { id: 's1', order_id: 'o1', person_id: 'p1', day_on: DAY, slot: 'morning', state: 'due' },
      { id: 's0', order_id: 'o1', person_id: 'p1', day_on: DAY, slot: 'evening', state: 'recorded' },
    ],
    visits_open: [{ id: 'v2', household_id: 'h2' }],
    errands: [{ id: 'e2', person_id: 'p2', what: '买药', state: 'raised' }],
  })
}

async function scene() {
  const [server, giver, taker] = await Promise.all([makeSigner(), makeSigner(), makeSigner()])
  const [gives, takes] = await Promise.all([
    cardFor(server, giver, 'giver'),
    cardFor(server, taker, 'taker', ['1408261002']),
  ])
  const conversation = await askForWork(taker, takes)
  const to = await readAsking(conversation.text, server.shown, DAY)
  const give = (over: Partial<Parameters<typeof sealWork>[0]> = {}, ask: Asking = to) =>
    sealWork({
      signer: giver,
      card: gives,
      to: ask,
      path: GRID,
      work: workOf(grid(), new Set(['h1']), []),
      id: 'x1',
      at: NOW,
      until: UNTIL,
      ...over,
    })
  const take = async (packet: Uint8Array, over: Partial<Parameters<typeof openWork>[1]> = {}) =>
    openWork(Uint8Array.from(packet), {
      conversation,
      account: 'taker',
      serverKey: server.shown,
      now: NOW,
      day: DAY,
      ...over,
    })
  return { server, giver, taker, takes, gives, conversation, give, take }
}

describe('who asks for work', () => {
  it('is not believed without the server’s signature, after its day, or with another’s card', async () => {
    const { server, taker, takes, conversation } = await scene()
    const stranger = await makeSigner()
    await expect(readAsking('hello', server.shown, DAY)).rejects.toThrow(NotGenuine)
    await expect(readAsking(conversation.text, stranger.shown, DAY)).rejects.toThrow(NotGenuine)
    await expect(readAsking(conversation.text, server.shown, '2020-02-11')).rejects.toThrow(NotGenuine)
    const borrowed = await askForWork(stranger, takes)
    await expect(readAsking(borrowed.text, server.shown, DAY)).rejects.toThrow(NotGenuine)
    await expect(readAsking((await askForWork(taker, takes)).text, server.shown, DAY)).resolves.toMatchObject({
      card: { account: 'taker' },
    })
  })
})

describe('work on its way', () => {
  it('opens on the phone that asked and on no other', async () => {
    const { give, take, taker, takes } = await scene()
    const { packet } = await give()
    const another = await askForWork(taker, takes)
    await expect(take(packet, { conversation: another })).rejects.toThrow(NotGenuine)
    await expect(take(packet, { account: 'somebody' })).rejects.toThrow(NotGenuine)
    await expect(take(packet, { now: '2020-02-04T01:00:00+08:00' })).rejects.toThrow(NotGenuine)
    const taken = await take(packet)
    expect(taken).toMatchObject({ id: 'x1', from: 'giver', path: GRID, until: UNTIL })
    expect(taken.work.persons.map((one) => one.name)).toEqual(['甲'])
  })

  it('is not believed when one bit of it was changed, or when it was not the giver’s to give', async () => {
    const { give, take } = await scene()
    const { packet } = await give()
    for (const place of [0, 64, 65, 76, 77, packet.length - 1]) {
      const changed = Uint8Array.from(packet)
      changed[place] = (changed[place] ?? 0) ^ 1
      await expect(take(changed)).rejects.toThrow()
    }
    const other = await give({ path: '140826100202001' })
    await expect(take(other.packet)).rejects.toThrow(NotGenuine)
  })

  it('takes along the chosen households’ people and open work, and nothing else', () => {
    const work = workOf(grid(), new Set(['h1']), ['slot/p9/x/morning'])
    expect(work.households.map((one) => one.id)).toEqual(['h1'])
    expect(work.persons.map((one) => one.id)).toEqual(['p1'])
    expect(work.slots.map((one) => one.id)).toEqual(['s1'])
    expect([work.errands, work.visits_open]).toEqual([[], []])
  })

  it('shows four digits that are the same for the same packet only', async () => {
    const { give } = await scene()
    const { packet } = await give()
    const digits = await checkDigits(Uint8Array.from(packet))
    expect(digits).toMatch(/^\d{4}$/)
    expect(await checkDigits(Uint8Array.from(packet))).toBe(digits)
  })
})

describe('codes that turn', () => {
  it('come together in any order, with repeats and strangers between', () => {
    const packet = Uint8Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256)
    const frames = framesOf(packet, 'abc')
    const mixed = [...frames].reverse().flatMap((one) => [one, 'https://example.org', frames[0] ?? '', 'LFW1:zz:9:3:x'])
    const seen = mixed.reduce<Seen | null>((before, text) => see(before, text), null)
    expect(isWhole(seen)).toBe(true)
    expect(packetOf(seen as Seen)).toEqual(packet)
  })

  it('of another packet begin anew', () => {
    const [first, second] = [framesOf(new Uint8Array(900), 'one'), framesOf(new Uint8Array(900), 'two')]
    const seen = see(see(null, first[0] ?? ''), second[1] ?? '')
    expect([seen?.id, seen?.parts.size]).toEqual(['two', 1])
    expect(() => packetOf(seen as Seen)).toThrow(NotGenuine)
  })
})

describe('the day after a hand-over', () => {
  const taken = (): Taken => ({
    id: 'x',
    word: '',
    from: '甲',
    path: GRID,
    until: UNTIL,
    work: workOf(grid(), new Set(['h1', 'h2']), ['visit/h2']),
  })

  it('has the work on the taker’s list, without what the giver had done', () => {
    const day = dayWork(withHanded(readBundle({}), [taken()], [], NOW), [], new Date(NOW))
    expect(day.houses.flatMap((one) => one.work.map((work) => work.kind))).toEqual(['slot', 'errand'])
  })

  it('has it on the giver’s list no more, until it is taken back', () => {
    const given = [{ id: 'x', to: '乙', until: UNTIL, households: ['h1'] }]
    const day = dayWork(withHanded(grid(), [], given, NOW), [], new Date(NOW))
    expect(day.houses.map((one) => one.household?.id)).toEqual(['h2'])
    expect(dayWork(withHanded(grid(), [], [], NOW), [], new Date(NOW)).left).toBe(3)
  })

  it('ends by itself: nobody of it is left on the taker’s phone', () => {
    const later = '2020-02-04T00:00:01+08:00'
    expect(withHanded(readBundle({}), [taken()], [], later).persons).toEqual([])
  })

  it('is midnight, or the next noon late in the evening', () => {
    expect(untilWhen(new Date(NOW), DAY)).toBe('2020-02-03T16:00:00.000Z')
    expect(untilWhen(new Date('2020-02-03T21:00:00+08:00'), DAY)).toBe('2020-02-04T04:00:00.000Z')
  })
})
