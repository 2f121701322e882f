// @vitest-environment happy-dom
import type { FormField } from '@lianfang/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { blockOf, readHtml, readText, writeText } from '../src/grid/block'
import { draftOf, forgetDrafts, keepDraft } from '../src/grid/drafts'
import { filledDown, isDirty, newRow, noSteps, pasted, redo, rowOf, undo, write } from '../src/grid/rows'
import { commandOf, type Kind, problemsOf, take, takingBack, tookBack } from '../src/grid/saving'
import { numberOf, readCell, readDate } from '../src/grid/values'
import { scrollTo, shownRows, widthsOf } from '../src/grid/viewing'

const field = (more: Partial<FormField>): FormField => ({
  name: 'name',
  title: { zh: '姓名', en: 'Name' },
  help: '',
  widget: 'text',
  required: false,
  asked: false,
  nullable: false,
  many: false,
  choices: [],
  table: null,
  initial: null,
  whole: false,
  numbered: '',
  fields: [],
  ...more,
})
const nobody = () => []

describe('a block from the clipboard', () => {
  it('keeps line breaks, tabs and quotes inside a quoted cell', () => {
    expect(readText('a\t"一\n""二""\t三"\r\nb\tc\r\n')).toEqual([
      ['a', '一\n"二"\t三'],
      ['b', 'c'],
    ])
  })

  it('takes a quote that closes nowhere as it stands', () => {
    expect(readText('"5寸\tb\nc"d\t')).toEqual([
      ['"5寸', 'b'],
      ['c"d', ''],
    ])
  })

  it('keeps blank rows in the middle and adds none at the end', () => {
    expect(readText('a\n\nb\n')).toEqual([['a'], [''], ['b']])
  })

  it('comes back from its own text', () => {
    const block = [
      ['"', 'a\tb', ''],
      ['一\n二', 'c"d', 'e'],
    ]
    expect(readText(writeText(block))).toEqual(block)
  })

  it('repeats a cell merged downwards and leaves the gap beside one merged across', () => {
    const html = `<table><tr><td rowspan="2">3号</td><td>王明</td><td>男</td></tr><tr><td>李芳</td><td>女</td></tr>
      <tr><td colspan="2">空户<br>待查</td><td>x</td></tr></table>`
    expect(blockOf('3号\t王明\t男', html)).toEqual([
      ['3号', '王明', '男'],
      ['3号', '李芳', '女'],
      ['空户\n待查', '', 'x'],
    ])
  })

  it('is no longer than its rows, whatever a cell says of itself', () => {
    expect(readHtml('<table><tr><td rowspan="99999">a</td></tr><tr><td>b</td></tr></table>')).toEqual([
      ['a'],
      ['a', 'b'],
    ])
  })

  it('is read from the text where nothing is merged', () => {
    expect(blockOf('a\tb', '<table><tr><td>x</td></tr></table>')).toEqual([['a', 'b']])
  })
})

describe('what people write into cells', () => {
  it.each(['2020-02-30', '2020年13月1日', '3/5/2020', '去年', '20201301', '1234'])('no day is read from %s', (text) => {
    expect(readDate(text)).toBeNull()
  })

  it.each([
    '2020-02-03',
    '2020年2月3日',
    '2020/2/3',
    '2020.2.3',
    '20200203',
    '２０２０年２月３日',
    '二〇二〇年二月三日',
    '43864',
    '2020-02-03 00:00:00',
  ])('%s is the third of February', (text) => expect(readDate(text)).toBe('2020-02-03'))

  it.each([
    ['12', 12],
    ['１２', 12],
    ['1,234', 1234],
    ['-3.5', -3.5],
    ['十二', 12],
    ['二十', 20],
    ['一百零五', 105],
    ['两千三百', 2300],
    ['一万二千', 12000],
    ['12,34', null],
    ['3人', null],
    ['', null],
  ])('the number in “%s” is %s', (text, number) => {
    expect(numberOf(text)).toBe(number)
  })

  it('a number is held to its limits', () => {
    const order = field({ widget: 'number', whole: true, minimum: 0, maximum: 10 })
    const problems = ['x', '1.5', '-1', '11', '7'].map((text) => readCell(order, text, nobody).problem)
    expect(problems).toEqual(['number', 'whole', 'least', 'most', undefined])
  })

  it('a choice is known in both languages, and no other word is taken for one', () => {
    const sex = field({ widget: 'choice', choices: [{ value: 'f', label: { zh: '女', en: 'Female' } }] })
    expect(['女', ' female', 'f'].map((text) => readCell(sex, text, nobody).value)).toEqual(['f', 'f', 'f'])
    expect(readCell(sex, '女生', nobody).problem).toBe('choice')
  })

  it('a name that is nobody’s, or that of several, is not guessed at', () => {
    const grid = field({ widget: 'area' })
    expect(readCell(grid, '第一网格', nobody).problem).toBe('none')
    expect(readCell(grid, '第一网格', () => ['1', '2']).problem).toBe('several')
    expect(readCell(grid, '第一网格', () => ['1']).value).toBe('1')
  })
})

describe('rows of a grid', () => {
  const rows = () => [newRow(2, 'a'), newRow(2, 'b'), newRow(2, 'c')]
  const cells = (some: { cells: string[] }[]) => some.map((row) => row.cells)

  it('take a pasted block, give it back and take it again', () => {
    const some = rows()
    const steps = noSteps()
    write(some, steps, pasted([['1', '2', '3'], ['4']], { top: 1, left: 0, bottom: 1, right: 0 }, 2))
    expect(cells(some)).toEqual([
      ['', ''],
      ['1', '2'],
      ['4', ''],
    ])
    undo(some, steps)
    expect(cells(some)).toEqual([
      ['', ''],
      ['', ''],
      ['', ''],
    ])
    redo(some, steps)
    expect(cells(some)[1]).toEqual(['1', '2'])
    expect(redo(some, steps)).toEqual([])
  })

  it('forget what was undone once something else is written', () => {
    const some = rows()
    const steps = noSteps()
    write(some, steps, [{ row: 0, column: 0, after: 'x' }])
    undo(some, steps)
    write(some, steps, [{ row: 0, column: 1, after: 'y' }])
    redo(some, steps)
    expect(cells(some)[0]).toEqual(['', 'y'])
  })

  it('fill down from the top of what is chosen, or from the row above', () => {
    const some = rows()
    const steps = noSteps()
    write(some, steps, [{ row: 0, column: 0, after: '甲' }])
    write(some, steps, filledDown(some, { top: 0, left: 0, bottom: 1, right: 0 }))
    write(some, steps, filledDown(some, { top: 2, left: 0, bottom: 2, right: 0 }))
    expect(cells(some).map(([one]) => one)).toEqual(['甲', '甲', '甲'])
    expect(filledDown(some, { top: 0, left: 0, bottom: 0, right: 0 })).toEqual([])
  })

  it('one cell pasted fills all that is chosen', () => {
    expect(pasted([['x']], { top: 0, left: 0, bottom: 1, right: 1 }, 2)).toHaveLength(4)
  })

  it('a new row that is saved is not written over', () => {
    const some = rows()
    Object.assign(some[0] ?? {}, { state: 'saved' })
    expect(write(some, noSteps(), [{ row: 0, column: 0, after: 'x' }])).toEqual([])
  })
})

const adding: Kind = {
  action: {
    name: 'people.add_person',
    title: { zh: '', en: '' },
    help: null,
    input: {},
    subject: null,
    batch: false,
    danger: false,
  },
  fields: [field({ required: true }), field({ name: 'born_on', widget: 'date' })],
  masked: new Set(),
  find: nobody,
}
const editing: Kind = {
  ...adding,
  action: {
    ...adding.action,
    name: 'people.edit_person',
    input: { properties: { version: {} } },
    subject: { table: 'people.persons', field: 'person_id' },
  },
}
const known = (cells: string[]) =>
  rowOf({ key: 'p', id: 'p', version: 3, label: '', cells, command: '0197c0de-0000-7000-8000-000000000001' })

describe('saving a grid', () => {
  it('says of a cell what is missing or cannot be read, before anybody is asked', () => {
    const row = newRow(2, 'a')
    row.cells[1] = '去年'
    expect([...problemsOf(adding, row)]).toEqual([
      ['name', 'missing'],
      ['born_on', 'date'],
    ])
    expect(problemsOf(adding, newRow(2, 'b')).size).toBe(0)
  })

  it('does not say a cell is emptied that the server would leave as it is', () => {
    const row = known(['王明', '1980-01-02'])
    row.cells[1] = ''
    expect(problemsOf(editing, row).get('born_on')).toBe('unempty')
  })

  it('sends only what was changed, with the version it was changed on', () => {
    const row = known(['王明', '1980-01-02'])
    row.cells[1] = '1980年1月3日'
    expect(commandOf(editing, row).input).toEqual({ person_id: 'p', version: 3, born_on: '1980-01-03' })
  })

  it('puts a refusal on its cell, and keeps the id so that a repeat is done once', () => {
    const row = newRow(2, 'a')
    row.cells[0] = '王'
    const message = { zh: '太短', en: 'Too short' }
    take(adding, row, { id: 'a', status: 'refused', refusal: { code: 'x', message, field: 'name' } }, 'zh-hans')
    expect(row.problems).toEqual({ name: ['太短'] })
    expect([row.command, isDirty(row)]).toEqual(['a', true])
  })

  it('takes a saved edit back by the same action with what stood before', () => {
    const row = known(['王明', '1980-01-02'])
    row.cells[0] = '王敏'
    take(editing, row, { id: row.command, status: 'done', result: { version: 4 } }, 'zh-hans')
    expect([isDirty(row), row.version]).toEqual([false, 4])
    const undoing = row.undo
    expect(undoing?.input).toEqual({ person_id: 'p', version: 4, name: '王明' })
    if (undoing) expect(takingBack(row, undoing).id).toBe(row.command)
    tookBack(editing, row, { id: row.command, status: 'done', result: { version: 5 } }, 'zh-hans')
    expect([row.cells[0], row.version, isDirty(row)]).toEqual(['王明', 5, false])
  })

  it('offers no way back to a value that nobody here has seen', () => {
    const row = known(['王*', '1980-01-02'])
    row.cells[0] = '王敏'
    take({ ...editing, masked: new Set(['name']) }, row, { id: '', status: 'done', result: { version: 4 } }, 'en')
    expect(row.undo).toBeNull()
  })

  it('never writes a mask that was copied from another row, and sends the rest of the row', () => {
    const kind = { ...editing, masked: new Set(['name']) }
    const row = known(['王*明', '1980-01-02'])
    row.cells = ['李*', '1980-01-03']
    expect([...problemsOf(kind, row)]).toEqual([['name', 'masked']])
    expect(commandOf(kind, row).input).toEqual({ person_id: 'p', version: 3, born_on: '1980-01-03' })
  })

  it('leaves a masked cell alone where another cell of its row is edited', () => {
    const kind = { ...editing, masked: new Set(['name']) }
    const row = known(['王*明', '1980-01-02'])
    row.cells[1] = '1980-01-03'
    expect(problemsOf(kind, row).size).toBe(0)
    expect(commandOf(kind, row).input).not.toHaveProperty('name')
  })

  it('takes a star in a note for what it is', () => {
    const fields = [field({ name: 'note', widget: 'textarea' })]
    const kind = { ...editing, fields, masked: new Set(['note']) }
    const row = known(['***'])
    row.cells = ['三米*两米']
    expect(problemsOf(kind, row).size).toBe(0)
    row.cells = ['*** ']
    expect(problemsOf(kind, row).get('note')).toBe('masked')
  })

  it('says so when somebody else wrote first, and writes over nothing', () => {
    const row = known(['王明', ''])
    row.cells[0] = '王敏'
    take(editing, row, { id: '', status: 'done', result: { version: 9, conflict_id: 'c' } }, 'en')
    expect([row.state, row.conflict, isDirty(row)]).toEqual(['beside', 'c', false])
  })
})

describe('a long grid', () => {
  it('draws the rows in view and a few around them', () => {
    expect(shownRows(1000, 33, 0, 330)).toEqual({ from: 0, to: 25 })
    expect(shownRows(1000, 33, 33 * 500, 330)).toEqual({ from: 485, to: 525 })
    expect(shownRows(1000, 33, 33 * 990, 330)).toEqual({ from: 975, to: 1000 })
    expect(shownRows(3, 33, 33 * 900, 330)).toEqual({ from: 0, to: 3 })
  })

  it('scrolls no further than it takes to see a row whole below the header', () => {
    expect(scrollTo(3, 33, 0, 330, 33)).toBe(0)
    expect(scrollTo(9, 33, 0, 330, 33)).toBe(33)
    expect(scrollTo(2, 33, 330, 330, 33)).toBe(66)
  })

  it('gives a column the width of what stands in it, within bounds', () => {
    const [narrow, wide, headed] = widthsOf(
      ['', '', '一二三四五六七八九十一二三四五六七八九十'],
      [{ cells: ['1', 'x'.repeat(90), ''] }],
    )
    expect([narrow, wide]).toEqual([92, 240])
    expect(headed).toBeGreaterThan(280)
  })
})

describe('drafts', () => {
  beforeEach(() => sessionStorage.clear())

  it('are kept for one account, and forgotten for every other', () => {
    keepDraft('a', 'g', [newRow(1, 'x')])
    keepDraft('b', 'g', [newRow(1, 'y')])
    forgetDrafts('a')
    expect(draftOf('a', 'g')).toHaveLength(1)
    expect(draftOf('b', 'g')).toEqual([])
    forgetDrafts()
    expect(draftOf('a', 'g')).toEqual([])
  })
})
