import { describe, expect, it } from 'vitest'
import { columnLetters, type SheetOpened, type SheetPage, shownCells, startingSheets, withTable } from '../src/sheets'

const page: SheetPage = {
  name: '名单',
  grid: null,
  cells: [],
  list: {
    kind: 'table',
    table: 'observation.orders',
    header_top: 1,
    first: 2,
    last: 3,
    total: 0,
    fixed: {},
    where: { state: 'under_observation' },
    by_table: { 'people.persons': { A: 'col:name' } },
    columns: [
      { place: 'A', header: '姓名', meaning: 'col:name', confidence: 1, remembered: false },
      { place: 'B', header: '开始日期', meaning: 'col:starts_on', confidence: 1, remembered: false },
    ],
  },
}

describe('a department’s sheet on its way to be confirmed', () => {
  it('begins with what is suggested, and with what was confirmed once it was', () => {
    const opened = { sheet: { confirmed_at: null }, pages: [page], mapping: [] } as unknown as SheetOpened
    expect(startingSheets(opened)[0]?.list?.columns[1]?.meaning).toBe('col:starts_on')
    expect(startingSheets(opened)[0]?.list?.where).toEqual({ state: 'under_observation' })
    const before = { name: '名单', list: null, cells: [] }
    const again = { ...opened, sheet: { confirmed_at: '2020-02-03' }, mapping: [before] } as unknown as SheetOpened
    expect(startingSheets(again)).toEqual([before])
  })

  it('asks another table’s columns when another table is chosen, and forgets the rest', () => {
    const [start] = startingSheets({ sheet: {}, pages: [page], mapping: [] } as unknown as SheetOpened)
    const changed = withTable(start as never, page, 'people.persons')
    expect(changed.list?.columns.map((one) => one.meaning)).toEqual(['col:name', ''])
  })

  it('shows a merge once, as wide and high as it is', () => {
    const cells = shownCells({
      rows: [
        ['题', '', ''],
        ['甲', '乙', '丙'],
      ],
      merges: [[1, 1, 1, 3]],
      more: false,
    })
    expect(cells[0]).toEqual([{ text: '题', column: 1, across: 3, down: 1 }])
    expect(cells[1]).toHaveLength(3)
  })

  it('counts columns as spreadsheets do', () => {
    expect([1, 26, 27, 28].map(columnLetters)).toEqual(['A', 'Z', 'AA', 'AB'])
  })
})
