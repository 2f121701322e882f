// Two records side by side: what differs though masked, what is taken from the other, evidence in words.
import type { Column, Row, Table } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { charactersOf, DOUBLES, evidenceOf, linesOf, MATCHES, pieces, sameAsked, takenFrom } from '../src/state/pairs'

const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  label: { zh: name, en: name },
  kind: 'text',
  privacy: 'work',
  sortable: false,
  filterable: false,
  choices: null,
  link: null,
  hidden: false,
  masked: false,
  ...more,
})
const persons = {
  columns: ['name', 'phone', 'note', 'number', 'updated_at'].map((name) => column(name)),
} as Table
const pair = (cells: Record<string, unknown>): Row => ({ id: 'p', cells: { first: 'a', second: 'b', ...cells } })
const person = (cells: Record<string, unknown>): Row => ({ id: 'x', cells })

describe('lines', () => {
  it('differ where the server says so, though both masks look the same', () => {
    const row = pair({ marks: { name: 'same', phone: 'differs' } })
    const ends = [person({ name: '王*', phone: '138****5678' }), person({ name: '王*', phone: '138****5678' })]
    const lines = linesOf(DOUBLES, row, ends, [persons, persons])
    expect(lines.map((line) => [line.field, line.mark, line.choosable])).toEqual([
      ['name', 'same', false],
      ['phone', 'differs', true],
    ])
  })

  it('stand for a day that is hidden whole, so that it can be revealed', () => {
    const table = { columns: [column('born_on', { kind: 'date', masked: true })] } as Table
    const ends = [person({ born_on: null }), person({ born_on: null })]
    const shown = (mark: string) => linesOf(DOUBLES, pair({ marks: { born_on: mark } }), ends, [table, table])
    expect(shown('same').map((line) => [line.mark, ...line.texts])).toEqual([['same', '***', '***']])
    expect(shown('second').map((line) => [line.mark, ...line.texts])).toEqual([['second', '', '***']])
    expect(shown('none')).toEqual([])
  })

  it('leave out what neither side says, and offer no choice where nothing is merged', () => {
    const ends = [person({ name: '张伟', note: '' }), person({ name: '章伟', note: '' })]
    expect(linesOf(MATCHES, pair({}), ends, [persons, persons]).map((line) => [line.field, line.choosable])).toEqual([
      ['name', false],
    ])
  })

  it('do not call times a contradiction', () => {
    const ends = [person({ updated_at: '1' }), person({ updated_at: '2' })]
    expect(linesOf(DOUBLES, pair({}), ends, [persons, persons])[0]?.mark).toBe('none')
  })
})

describe('the answer "the same"', () => {
  const row = pair({ marks: { name: 'differs', phone: 'differs' } })
  const ends = [person({ name: '张伟', phone: '1' }), person({ name: '章伟', phone: '2' })]
  const lines = linesOf(DOUBLES, row, ends, [persons, persons])

  it('takes the fields whose other side was chosen', () => {
    expect(takenFrom(lines, new Map([['phone', 1]]), 0)).toEqual(['phone'])
    expect(takenFrom(lines, new Map([['phone', 1]]), 1)).toEqual([])
    expect(sameAsked(DOUBLES, row, 1, ['name'], '核对')).toEqual({
      action: 'people.merge_persons',
      input: { keep_id: 'b', merge_id: 'a', take: ['name'], suggestion_id: 'p', reason: '核对' },
    })
  })

  it('joins a lead to the registered person', () => {
    const asked = sameAsked(MATCHES, row, 0, [], '核对')
    expect(asked).toEqual({ action: 'screening.decide_match', input: { proposal_id: 'p', same: true } })
  })
})

describe('words', () => {
  it('name the characters behind a name that is heard alike, and only there', () => {
    const choices = [
      { value: 'name.1', label: { zh: '姓名同音', en: 'same sound' } },
      { value: 'village.0', label: { zh: '同村', en: 'same village' } },
    ]
    const table = { columns: [column('evidence', { choices })] } as Table
    const row = pair({ evidence: ['name.1', 'village.0', 'gone'] })
    expect(evidenceOf(row, table, '章/张', (choice, which) => choice.label.zh + which)).toEqual([
      '姓名同音章/张',
      '同村',
    ])
  })

  it('tell which characters differ, and never of a masked name', () => {
    const ends = [person({ name: '章建国' }), person({ name: '张建国' })]
    const masked = { columns: [column('name', { masked: true })] } as Table
    expect(charactersOf(linesOf(DOUBLES, pair({}), ends, [persons, persons]))).toBe('章/张')
    expect(charactersOf(linesOf(DOUBLES, pair({}), ends, [masked, masked]))).toBe('')
  })

  it('mark the one digit that differs', () => {
    expect(pieces('1980', '1990').map((piece) => piece.differs)).toEqual([false, false, true, false])
    expect(pieces('张', '张伟')).toEqual([{ text: '张', differs: false }])
  })
})
