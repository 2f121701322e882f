import { queued } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import type { Bundle, Household } from '../src/store/bundle'
import { readBundle } from '../src/store/reading'
import { dayWork, findHouseholds, subjects, unreadNotices } from '../src/store/work'

const NOW = new Date('2020-02-03T08:00:00+08:00')

function bundleOf(over: Record<string, unknown> = {}): Bundle {
  return readBundle({
    version: 1,
    as_of: '2020-02-03T07:00:00+08:00',
    households: [
      { id: 'h10', area: '1', door_no: '10号', head: '刘英', initials: 'ly' },
      { id: 'h2', area: '1', door_no: '2号', head: '单国强', initials: 'sgq dgq' },
    ],
    persons: [
      { id: 'p1', household_id: 'h10', name: '刘小军', initials: 'lxj' },
      { id: 'p2', household_id: 'h2', name: '单国强', initials: 'sgq dgq' },
    ],
    slots: [
      {
        order_id: 'o1',
        person_id: 'p1',
        day_on: '2020-02-03',
        slot: 'morning',
        state: 'due',
        closes_at: '2020-02-03T10:00:00+08:00',
      },
    ],
    visits_open: [{ household_id: 'h2', campaign_id: 'c1', due_at: '2020-02-02T18:00:00+08:00' }],
    errands: [{ id: 'e1', person_id: 'p2', what: '买药', state: 'raised' }],
    ...over,
  })
}

function done(subject: string, state: 'waiting' | 'refused' = 'waiting') {
  const entry = queued(
    { id: subject, action: 'a.b', input: {}, happened_at: NOW.toISOString(), label: { zh: '', en: '' }, subject },
    NOW.toISOString(),
  )
  return { ...entry, state }
}

describe('today', () => {
  it('lists houses as one walks, 2号 before 10号', () => {
    const day = dayWork(bundleOf(), [], NOW)
    expect(day.houses.map((house) => house.household?.door_no)).toEqual(['2号', '10号'])
    expect(day.left).toBe(3)
  })

  it('says what is late', () => {
    const [second] = dayWork(bundleOf(), [], NOW).houses
    expect(second?.work.find((work) => work.kind === 'visit')?.late).toBe(true)
  })

  it('drops what this phone has recorded before the server knows it', () => {
    const slot = subjects.slot({ person_id: 'p1', day_on: '2020-02-03', slot: 'morning' })
    const day = dayWork(bundleOf(), [done(slot)], NOW)
    expect(day.left).toBe(2)
    expect(day.done).toBe(1)
  })

  it('keeps a notice until it is read here or was read before, and counts reading as no work', () => {
    const notices = [
      { id: 'order:1', title: { zh: '甲', en: 'A' }, at: '', read: true },
      { id: 'order:2', title: { zh: '乙', en: 'B' }, at: '' },
    ]
    const bundle = bundleOf({ notices })
    expect(unreadNotices(bundle, []).map((one) => one.id)).toEqual(['order:2'])
    const mark = done(subjects.notice('order:2'))
    expect(unreadNotices(bundle, [mark])).toEqual([])
    expect(unreadNotices(bundle, [{ ...mark, state: 'refused' }])).toHaveLength(1)
    expect(dayWork(bundle, [mark], NOW).done).toBe(0)
  })

  it('brings back what the server refused', () => {
    const day = dayWork(bundleOf(), [done(subjects.visit('h2'), 'refused')], NOW)
    expect(day.left).toBe(3)
  })

  it('keeps an accepted errand until it is delivered', () => {
    const day = dayWork(bundleOf(), [done(subjects.errand('e1', 'accept'))], NOW)
    const errand = day.houses.flatMap((house) => house.work).find((work) => work.kind === 'errand')
    expect(errand?.kind === 'errand' && errand.errand.state).toBe('accepted')
  })

  it('shows work whose house this phone does not know, last', () => {
    const day = dayWork(bundleOf({ visits_open: [{ household_id: 'gone' }] }), [], NOW)
    expect(day.houses.at(-1)?.household).toBeNull()
  })
})

describe('what waits for an answer', () => {
  const given = {
    leads: [
      { id: 'l1', name: '王归来', due_at: '2020-02-02T18:00:00+08:00' },
      { id: 'l2', name: '刘小军', person: 'p1' },
    ],
    referrals: [{ id: 'r1', name: '刘小军', person: 'p1', state: 'open', refer_by: '2020-02-03T07:30:00+08:00' }],
    escalations: [{ id: 's1', name: '单国强', person: 'p2', missed: ['a', 'b'] }],
  }
  const found = (bundle: Bundle, entries: ReturnType<typeof done>[] = []) =>
    dayWork(bundle, entries, NOW).houses.flatMap((house) =>
      house.work.map((work) => ({ house: house.household?.id, kind: work.kind, key: work.key, late: work.late })),
    )

  it('stands with the house of whom it is about, and what names nobody known stands last by itself', () => {
    const all = found(bundleOf(given))
    expect(all.filter((one) => one.house === 'h10').map((one) => one.key)).toContain('l2')
    expect(all.filter((one) => one.house === 'h2').map((one) => one.kind)).toContain('escalation')
    expect(all.at(-1)).toEqual({ house: undefined, kind: 'lead', key: 'l1', late: true })
  })

  it('goes once answered here, and comes back when the server refused the answer', () => {
    const bundle = bundleOf(given)
    const subject = [subjects.lead('l1'), subjects.referral('r1', 'close'), subjects.escalation('s1')]
    const left = found(
      bundle,
      subject.map((one) => done(one)),
    ).map((one) => one.key)
    for (const key of ['l1', 'r1', 's1']) expect(left).not.toContain(key)
    expect(found(bundle, [done(subjects.lead('l1'), 'refused')]).map((one) => one.key)).toContain('l1')
  })

  it('keeps an accepted referral until it is closed, no longer late', () => {
    const bundle = bundleOf(given)
    expect(found(bundle).find((one) => one.key === 'r1')?.late).toBe(true)
    expect(found(bundle, [done(subjects.referral('r1', 'accept'))]).find((one) => one.key === 'r1')?.late).toBe(false)
  })

  it('counts a lead that was registered and answered as one thing done', () => {
    const entries = [done(subjects.registered('l1')), done(subjects.lead('l1'))]
    expect(dayWork(bundleOf(given), entries, NOW).done).toBe(1)
  })

  it('is not told a second time as a notice', () => {
    const notices = [{ id: 'lead:l1' }, { id: 'referral:r1' }, { id: 'escalation:s1' }, { id: 'lead:other' }]
    expect(unreadNotices(bundleOf({ ...given, notices }), []).map((one) => one.id)).toEqual(['lead:other'])
  })
})

describe('finding a household', () => {
  const names = (list: Household[]) => list.map((house) => house.id)

  it.each([
    ['2', ['h2']],
    ['10号', ['h10']],
    ['dgq', ['h2']],
    ['小军', ['h10']],
    ['lxj', ['h10']],
    ['张', []],
  ])('by %s', (typed, expected) => {
    expect(names(findHouseholds(bundleOf(), typed))).toEqual(expected)
  })
})

describe('a server that sends no fever line', () => {
  it('leaves the phone without one, never with an invented one', () => {
    expect(bundleOf().rules.fever_threshold_c).toBe(Number.POSITIVE_INFINITY)
  })
})
