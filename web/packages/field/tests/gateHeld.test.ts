import 'fake-indexeddb/auto'
import { type Entry, queued, type Remembered } from '@lianfang/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import '../src/i18n/gate'
import { CORRECT, correctionCommand, draftOf, newDraft, passagesOf, RECORD, slipBase } from '../src/store/gate'
import { keepResting, keepTold, readHeld } from '../src/store/gateHeld'
import { openSealed } from '../src/store/sealed'
import type { PhoneStore } from '../src/store/store'

const now = new Date('2020-02-03T10:00:00Z')
const HOURS = 24
const told = (at: string): Remembered => ({ mark: '51831330da374e51', decision: 'turn_back', at, gate: '东口' })
const waits = (at: string) => ({ ...newDraft('in'), plate: '晋M12345', again_at: Date.parse(at) })

describe('what a gate keeps beside its queue', () => {
  let store: PhoneStore
  beforeEach(async () => {
    store = (await openSealed('gate')) as PhoneStore
  })
  afterEach(() => store.destroy())

  it('is gone after the hours that gates remember, from the phone too', async () => {
    await keepTold(store, [], [told('2020-02-02T10:00:00Z'), told('2020-02-02T10:00:01Z')])
    await keepResting(store, [waits('2020-02-02T09:59:00Z'), waits('2020-02-03T09:40:00Z')])
    const held = await readHeld(store, now, HOURS)
    expect(held.told).toEqual([told('2020-02-02T10:00:01Z')])
    expect(held.resting).toEqual([waits('2020-02-03T09:40:00Z')])
    expect(await store.handed('told')).toHaveLength(1)
    expect(await store.handed('resting')).toHaveLength(1)
  })
  it('survives the page, and a new PIN', async () => {
    await keepTold(store, [], [told('2020-02-03T09:00:00Z')])
    await keepResting(store, [waits('2020-02-03T10:15:00Z')])
    await store.setPin('2580', 'a password')
    await store.removePin()
    const again = (await openSealed('gate')) as PhoneStore
    const held = await readHeld(again, now, HOURS)
    expect(held.told).toHaveLength(1)
    expect(held.resting[0]?.plate).toBe('晋M12345')
  })
  it('lies sealed: nobody reads a plate off the disk', async () => {
    await keepResting(store, [waits('2020-02-03T10:15:00Z')])
    const open = indexedDB.open('lianfang-field-gate')
    const database = await new Promise<IDBDatabase>((done) => {
      open.onsuccess = () => done(open.result)
    })
    const asked = database.transaction('downloaded').objectStore('downloaded').getAll()
    const rows = await new Promise<unknown[]>((done) => {
      asked.onsuccess = () => done(asked.result)
    })
    database.close()
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain('12345')
  })
  it('is wiped with the list of people and at sign-out', async () => {
    await keepResting(store, [waits('2020-02-03T10:15:00Z')])
    await store.dropDownloads()
    expect(await store.handed('resting')).toEqual([])
    await keepTold(store, [], [told('2020-02-03T09:00:00Z')])
    await store.destroy()
    store = (await openSealed('gate')) as PhoneStore
    expect((await readHeld(store, now, HOURS)).told).toEqual([])
  })
})

const entry = (id: string, action: string, input: object): Entry =>
  queued(
    { id, action, input: { ...input }, happened_at: `2020-02-03T08:00:0${id}Z`, label: { zh: '', en: '' } },
    '2020-02-03T08:00:00Z',
  )

describe('a corrected passage', () => {
  const first = entry('1', RECORD, {
    direction: 'in',
    decision: 'hand_over',
    plate: '晋M1',
    people: [{ name: '李远' }],
  })
  const second = entry('2', CORRECT, { passage_id: '1', decision: 'hand_over', plate: '晋M2', must_pass: '' })
  const third = entry('3', CORRECT, { passage_id: '2', decision: 'pass_registered' })

  it('stands as its last correction leaves it, at its own moment, and counts once', () => {
    const [stood, ...more] = passagesOf([third, second, first])
    expect(more).toEqual([])
    expect(stood?.ids).toEqual(['1', '2', '3'])
    expect(stood?.at).toBe(first.happened_at)
    expect(stood?.given).toMatchObject({ decision: 'pass_registered', plate: '晋M2', people: [{ name: '李远' }] })
  })
  it('stands as before where the server refused the correction', () => {
    const [stood] = passagesOf([first, { ...second, state: 'refused' }])
    expect(stood?.given.plate).toBe('晋M1')
  })
  it('remembers every class that must pass it was ever in', () => {
    const fire = entry('1', RECORD, { direction: 'in', decision: 'must_pass', must_pass: 'fire' })
    const [stood] = passagesOf([fire, second])
    expect(stood?.classes).toEqual(['fire'])
  })
  it('keeps the numbers of its slips as long as it is decided alike', () => {
    expect(slipBase([first, second], '2')).toBe('1')
    expect(slipBase([first, second, third], '3')).toBe('3')
  })
  it('is sent with all it says, and names the newest entry', () => {
    const [stood] = passagesOf([first, second])
    const draft = { ...draftOf(stood as NonNullable<typeof stood>), why: '看错', plate: '' }
    const answer = { decision: 'hand_over', reason: 'village_accepts', rule: '', first: '', is_unwell: false } as const
    expect(correctionCommand(draft, answer).input).toMatchObject({
      passage_id: '2', reason: '看错', plate: '', must_pass: '', measure_id: null, people: [{ name: '李远' }],
    }) // biome-ignore format: one line for what is sent
  })
})
