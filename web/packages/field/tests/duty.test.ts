import type { Entry } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import type { Duty, DutyNote, DutyShift } from '../src/store/bundle'
import {
  acceptCommand,
  answerCommand,
  arrival,
  confirmCommand,
  countCommand,
  listsNow,
  notesNow,
  shiftsNow,
  signInCommand,
  signOutCommand,
} from '../src/store/duty'
import type { NewWork } from '../src/store/outbox'

const shift = (id: string, more: Partial<DutyShift> = {}): DutyShift => ({
  id,
  post_id: 'p1',
  post: 'K001 东门',
  place: '',
  kind: '',
  starts_at: '2020-02-03T00:00:00+08:00',
  ends_at: '2020-02-03T06:00:00+08:00',
  state: 'accepted',
  signed_in_at: null,
  signed_out_at: null,
  informed: 0,
  leaflets: 0,
  meals: 0,
  ...more,
})
const note = (id: string, post_id = 'p1'): DutyNote => ({
  id,
  post_id,
  written_at: '2020-02-03T00:00:00+08:00',
  by: '王明',
  open_people: '',
  open_vehicles: '',
  equipment: '',
  stock: '',
  matters: '',
})
const duty = (shifts: DutyShift[], notes: DutyNote[] = []): Duty => ({ shifts, notes, early_minutes: 30 })
const entry = (work: NewWork, state: Entry['state'] = 'waiting'): Entry =>
  ({ ...work, id: work.subject, state, happened_at: '2020-02-03T00:02:00+08:00' }) as unknown as Entry
const out = { open_people: '', open_vehicles: '', equipment: '', stock: '', matters: '', nothing_open: true }
const none = { informed: 0, leaflets: 0, meals: 0 }

describe('one’s own shifts', () => {
  it('stand as this phone has recorded them, before the server knows', () => {
    const mine = shift('a')
    const [come] = shiftsNow(duty([mine]), [entry(signInCommand(mine, ''))])
    expect([come?.state, come?.signed_in_at]).toEqual(['signed_in', '2020-02-03T00:02:00+08:00'])
    const [gone] = shiftsNow(duty([mine]), [entry(signInCommand(mine, '')), entry(signOutCommand(mine, out, none))])
    expect(gone?.state).toBe('signed_out')
  })

  it('do not stand as the server refused them', () => {
    const mine = shift('a')
    expect(shiftsNow(duty([mine]), [entry(signInCommand(mine, ''), 'refused')])[0]?.state).toBe('accepted')
  })

  it('are not on duty again when an old sign-in is still in the queue', () => {
    const over = shift('a', { state: 'verified' })
    expect(shiftsNow(duty([over]), [entry(signInCommand(over, ''))])[0]?.state).toBe('verified')
  })

  it('count as accepted only when they were among those accepted', () => {
    const [one, other] = [shift('a', { state: 'notified' }), shift('b', { state: 'notified' })]
    const now = shiftsNow(duty([one, other]), [entry(acceptCommand([one]))])
    expect(now.map((each) => each.state)).toEqual(['accepted', 'notified'])
  })

  it('carry the counters last saved', () => {
    const mine = shift('a', { informed: 3 })
    expect(shiftsNow(duty([mine]), [entry(countCommand(mine, { ...none, informed: 9 }))])[0]?.informed).toBe(9)
  })

  it('may be signed in to from some minutes before until they end', () => {
    const at = (moment: string) => arrival(shift('a'), 30, new Date(moment))
    expect(at('2020-02-02T23:20:00+08:00')).toEqual({ kind: 'early', from: '2020-02-02T15:30:00.000Z' })
    expect(at('2020-02-02T23:30:00+08:00')).toEqual({ kind: 'now', late: 0 })
    expect(at('2020-02-03T00:16:30+08:00')).toEqual({ kind: 'now', late: 16 })
    expect(at('2020-02-03T06:00:00+08:00')).toEqual({ kind: 'over' })
  })
})

describe('the note of the shift before', () => {
  it('is shown at its post until it is confirmed', () => {
    const told = duty([], [note('n1'), note('n2', 'p2')])
    expect(notesNow(told, [], shift('a')).map((one) => one.id)).toEqual(['n1'])
    expect(notesNow(told, [entry(confirmCommand(note('n1'), 'K001', ''))], shift('a'))).toEqual([])
    expect(notesNow(told, [], null)).toEqual([])
  })
})

describe('signing out', () => {
  it('sends what was written and leaves out what was not', () => {
    const { input } = signOutCommand(
      shift('a'),
      { ...out, nothing_open: false, matters: '体温枪没电' },
      { ...none, meals: 2 },
    )
    expect(input).toEqual({ shift_id: 'a', matters: '体温枪没电', informed: 0, leaflets: 0, meals: 2 })
  })
})

describe('the checklists of the post', () => {
  const list = { id: 'l1', name: '某制度', points: [{ point: '一' }, { point: '二', answer: 'yes' as const }] }
  const asked = (on: string): Duty => ({ ...duty([]), checks: [{ post_id: 'p1', on, lists: [list] }] })
  const said = (more: Entry['state'] = 'waiting') =>
    entry(answerCommand(shift('a'), list, [{ point: '一', answer: 'no', note: '缺帐篷' }]), more)
  const answers = (told: Duty, entries: Entry[], today = '2020-02-03') =>
    listsNow(told, entries, shift('a'), today)[0]?.points.map((one) => one.answer)

  it('show what the server knows and what this phone has said since', () => {
    expect(answers(asked('2020-02-03'), [])).toEqual([undefined, 'yes'])
    expect(answers(asked('2020-02-03'), [said()])).toEqual(['no', 'yes'])
    expect(answers(asked('2020-02-03'), [said('refused')])).toEqual([undefined, 'yes'])
  })

  it('begin anew on another day', () => {
    expect(answers(asked('2020-02-03'), [said()], '2020-02-04')).toEqual([undefined, undefined])
  })

  it('are those of the post where one stands, and none from a server that tells none', () => {
    expect(listsNow(asked('2020-02-03'), [], shift('a', { post_id: 'p2' }), '2020-02-03')).toEqual([])
    expect(listsNow(duty([]), [], shift('a'), '2020-02-03')).toEqual([])
    expect(listsNow(asked('2020-02-03'), [], null, '2020-02-03')).toEqual([])
  })
})
