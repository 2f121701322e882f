import type { Entry } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import '../src/i18n/duty'
import type { Duty, DutyWish } from '../src/store/bundle'
import type { NewWork } from '../src/store/outbox'
import {
  daysOf,
  enterCommand,
  type NewWish,
  outcomeOf,
  takeBackCommand,
  wishesNow,
  wishProblem,
} from '../src/store/wishes'

const NOON = '2020-02-03T12:00:00+08:00'
const wish = (id: string, more: Partial<DutyWish> = {}): DutyWish => ({
  id,
  from_on: '2020-02-10',
  until_on: '2020-02-10',
  wants: 'off',
  part: 'any',
  settled: 0,
  kept: 0,
  ...more,
})
const asked = (from_on: string, until_on = from_on): NewWish => ({ from_on, until_on, wants: 'off', part: 'any' })
const duty = (wishes?: DutyWish[]): Duty => ({
  shifts: [],
  notes: [],
  early_minutes: 30,
  ...(wishes ? { wishes } : {}),
})
const entry = (work: NewWork, id: string, more: Partial<Entry> = {}): Entry =>
  ({ ...work, id, state: 'waiting', settled_at: null, ...more }) as unknown as Entry

describe('one’s own wishes', () => {
  it('stand as soon as this phone has recorded them, the nearest first', () => {
    const fresh = entry(enterCommand(asked('2020-02-05')), 'e1')
    expect(wishesNow(duty([wish('a')]), [fresh], NOON).map((one) => one.id)).toEqual(['e1', 'a'])
  })

  it('are not told twice once the server knows them', () => {
    const sent = entry(enterCommand(asked('2020-02-10')), 'a', { state: 'sent', settled_at: NOON })
    expect(wishesNow(duty([wish('a', { settled: 1 })]), [sent], NOON)).toEqual([wish('a', { settled: 1 })])
  })

  it('do not stand as the server refused them, nor after somebody else took them back', () => {
    const refused = entry(enterCommand(asked('2020-02-10')), 'e1', { state: 'refused' })
    const gone = entry(enterCommand(asked('2020-02-11')), 'e2', {
      state: 'sent',
      settled_at: '2020-02-03T11:00:00+08:00',
    })
    const justSent = entry(enterCommand(asked('2020-02-12')), 'e3', {
      state: 'sent',
      settled_at: '2020-02-03T12:01:00+08:00',
    })
    expect(wishesNow(duty([]), [refused, gone, justSent], NOON).map((one) => one.id)).toEqual(['e3'])
  })

  it('go when they are taken back, also one that was never sent', () => {
    const fresh = entry(enterCommand(asked('2020-02-05')), 'e1')
    const mine = wishesNow(duty([wish('a')]), [fresh], NOON)
    const backs = mine.map((one, index) => entry(takeBackCommand(one), `b${index}`))
    expect(wishesNow(duty([wish('a')]), [fresh, ...backs], NOON)).toEqual([])
    const [no] = backs.map((one) => ({ ...one, state: 'refused' as const }))
    expect(wishesNow(duty([wish('a')]), [fresh, ...(no ? [no] : [])], NOON)).toHaveLength(2)
  })

  it('are none where an older bundle told of none', () => {
    expect(wishesNow(duty(), [], NOON)).toEqual([])
  })
})

describe('a wish', () => {
  it('is for today or later, ends after it begins, and reaches so far ahead', () => {
    expect(wishProblem(asked('2020-02-02'), '2020-02-03', 60)).toBe('past')
    expect(wishProblem(asked('2020-02-05', '2020-02-04'), '2020-02-03', 60)).toBe('order')
    expect(wishProblem(asked('2020-04-04'), '2020-02-03', 60)).toBe('far')
    expect(wishProblem(asked('2020-02-03', '2020-04-03'), '2020-02-03', 60)).toBeNull()
  })

  it('says what the published roster made of it', () => {
    expect(outcomeOf(wish('a'))).toBe('open')
    expect(outcomeOf(wish('a', { settled: 1, kept: 1 }))).toBe('kept')
    expect(outcomeOf(wish('a', { settled: 1 }))).toBe('broken')
    expect(outcomeOf(wish('a', { until_on: '2020-02-12', settled: 3, kept: 2 }))).toBe('partly')
    expect(outcomeOf(wish('a', { until_on: '2020-02-12', settled: 1 }))).toBe('partly')
  })

  it('is read as one day, or from and until', () => {
    expect(daysOf(asked('2020-02-05'), 'en')).not.toContain('–')
    expect(daysOf(asked('2020-02-05', '2020-02-06'), 'en')).toContain('–')
  })

  it('names in both languages what is taken back', () => {
    const { label, input } = takeBackCommand(wish('a'))
    expect(label.zh).toContain('撤回愿望')
    expect(label.en).toContain('Take back')
    expect(input).toEqual({ wish_id: 'a' })
  })
})
