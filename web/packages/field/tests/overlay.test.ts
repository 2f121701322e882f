import { type Entry, queued, settle } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { changesOf, formOf } from '../src/store/editing'
import { editsOf, withEdits } from '../src/store/overlay'
import { readBundle } from '../src/store/reading'

const AT = '2020-02-03T08:00:00.000+08:00'
let made = 0

function bundleAt(version: number, over: Record<string, unknown> = {}) {
  const home = { id: 'h1', area: '1', door_no: '3号', head: '单小明', phone: '138****5678', version }
  const one = { id: 'p1', household_id: 'h1', name: '单小明', version }
  return readBundle({ version: 1, as_of: AT, households: [home], persons: [one], ...over })
}

function edit(action: string, input: Record<string, unknown>, id = `e${++made}`): Entry {
  return queued(
    { id, action, input, happened_at: AT, label: { zh: '', en: '' } },
    `2020-02-03T08:00:${10 + made}.000+08:00`,
  )
}

const homeEdit = (values: Record<string, unknown>) => edit('people.edit_household', { household_id: 'h1', ...values })

function answered(entry: Entry, result: Record<string, unknown>, at = '2030-01-01T00:00:00.000+08:00'): Entry {
  return settle([entry], [{ id: entry.id, status: 'done', result }], at)[0] as Entry
}

describe('edits made on this phone', () => {
  it('are not shown when the server refused them, or kept them beside another', () => {
    const refused = { ...homeEdit({ note: '一' }), state: 'refused' as const }
    const beside = answered(homeEdit({ note: '二' }), { version: 2, conflict_id: 'c1' })
    expect(beside.beside).toBe(true)
    expect(withEdits(bundleAt(1), [refused, beside]).households[0]?.note).toBe('')
  })

  it('leave a grid without edits as it is', () => {
    const bundle = bundleAt(1)
    expect(withEdits(bundle, [edit('screening.record_visit', { household_id: 'h1' })])).toBe(bundle)
  })

  it('show at once, the later on top of the earlier, and do not touch what was downloaded', () => {
    const bundle = bundleAt(1)
    const shown = withEdits(bundle, [homeEdit({ note: '有狗', number: '3号乙' }), homeEdit({ note: '狗没了' })])
    expect(shown.households[0]).toMatchObject({ note: '狗没了', door_no: '3号乙', head: '单小明', version: 1 })
    expect(bundle.households[0]).toMatchObject({ note: '', door_no: '3号' })
  })

  it('give way once the grid on the phone is as new as they are', () => {
    const sent = answered(homeEdit({ note: '有狗' }), { version: 2 })
    expect(withEdits(bundleAt(1), [sent]).households[0]?.note).toBe('有狗')
    expect(withEdits(bundleAt(2), [sent]).households[0]?.note).toBe('')
  })

  it('add houses and people, and let those go who left', () => {
    const home = edit('people.add_household', { area_path: '1', number: '5号', head_name: '王明' }, 'h5')
    const one = edit('people.add_person', { household_id: 'h5', name: '王明' }, 'p5')
    const gone = edit('people.move_person', { person_id: 'p1', status: 'moved', reason: '入户得知' })
    const needs = edit('people.set_vulnerability', { person_id: 'p5', flags: ['dialysis'], was: [] })
    const shown = withEdits(bundleAt(1), [home, one, gone, needs])
    expect(shown.households.map((house) => house.door_no)).toEqual(['3号', '5号'])
    expect(shown.persons).toEqual([expect.objectContaining({ id: 'p5', household_id: 'h5', flags: ['dialysis'] })])
  })

  it('do not bring back what was added here and is gone from a grid fetched later', () => {
    const before = answered(edit('people.add_person', { household_id: 'h1', name: '王明' }), { version: 1 }, AT)
    expect(withEdits(bundleAt(1), [before]).persons.map((one) => one.id)).toEqual(['p1'])
  })

  it('name the earlier ones of the same record, whatever became of them', () => {
    const first = homeEdit({ note: '有狗' })
    const other = edit('people.edit_household', { household_id: 'h2', note: '猫' })
    const second = answered(homeEdit({ note: '狗没了' }), { version: 2 })
    expect(editsOf('h1', [second, other, first])).toEqual([first.id, second.id])
    const person = edit('people.edit_person', { person_id: 'p1', household_id: 'h1', name: '王' })
    expect(editsOf('p1', [first, person])).toEqual([person.id])
  })
})

describe('an edit form', () => {
  const started = formOf({ phone: '138****5678', note: '有狗', head_name: '单*明' })

  it('never sends a mask back as a value', () => {
    expect(started.phone).toBe('')
    expect(changesOf(started, { ...started, phone: '138****5678' })).toEqual({})
  })

  it('sends only what was changed, and an emptied text as empty', () => {
    expect(changesOf(started, { ...started, note: ' ', phone: '13900000001' })).toEqual({
      note: '',
      phone: '13900000001',
    })
  })
})
