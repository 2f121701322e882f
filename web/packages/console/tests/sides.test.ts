import { describe, expect, it } from 'vitest'
import { sidesOf } from '../src/state/sides'

const labels = [
  { value: 'phone', label: { zh: '电话', en: 'Phone' } },
  { value: 'note', label: { zh: '备注', en: 'Note' } },
  { value: 'name', label: { zh: '姓名', en: 'Name' } },
]

describe('two edits side by side', () => {
  it('leave empty what the reader may not see', () => {
    const [name] = sidesOf(['name'], labels, { contact_sides: '电话：1 ⇄ 2' })
    expect(name).toEqual({ field: 'name', column: '', now: '', other: '' })
  })

  it('are read in the order of the edit, with what a note says between', () => {
    const shown = { contact_sides: '电话：空 ⇄ 139****0001', care_sides: '备注：狗：两条 ⇄ 空' }
    expect(sidesOf(['note', 'phone'], labels, shown)).toEqual([
      { field: 'note', column: 'care_sides', now: '狗：两条', other: '' },
      { field: 'phone', column: 'contact_sides', now: '', other: '139****0001' },
    ])
  })
})
