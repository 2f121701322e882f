import { describe, expect, it } from 'vitest'
import { chosenTwice, missingFrom, sentMapping, startingMapping } from '../src/state/mapping'

const column = (index: number, field: string | null) => ({
  index,
  header: '',
  sample: [],
  field,
  confidence: 1,
  remembered: false,
})
const fields = [
  { name: 'name', label: { zh: '姓名', en: 'Name' }, required: true },
  { name: 'phone', label: { zh: '手机', en: 'Phone' }, required: false },
  { name: 'address', label: { zh: '地址', en: 'Address' }, required: false, several: true },
]

describe('the mapping of a workbook', () => {
  it('starts with what the server recognised and leaves the rest open', () => {
    expect(startingMapping([column(0, 'name'), column(1, null)])).toEqual({ 0: 'name', 1: '' })
  })

  it('refuses one field for two columns', () => {
    expect(chosenTwice({ 0: 'phone', 1: 'phone', 2: '', 3: '' }, { fields })).toEqual(['phone'])
  })

  it('lets an address come in several columns', () => {
    expect(chosenTwice({ 0: 'address', 1: 'address' }, { fields })).toEqual([])
  })

  it('names the required fields that no column has', () => {
    expect(missingFrom({ fields }, { 0: 'phone' })).toEqual(['name'])
  })

  it('sends only the columns that are imported', () => {
    expect(sentMapping({ 0: 'name', 1: '' })).toEqual({ 0: 'name' })
  })
})
