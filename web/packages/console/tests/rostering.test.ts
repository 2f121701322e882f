import type { RosterCell, RosterGrid } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { beginningsOf, countTroubles, personRows, postRows, seen, stepTo } from '../src/state/rostering'

const label = { zh: '早班', en: 'Morning' }
const person = (name: string) => ({ shift: `s-${name}`, who: `w-${name}`, name, state: 'planned', replaces: false })
const cell = (names: string[], more: Partial<RosterCell> = {}): RosterCell => ({
  people: names.map(person),
  lacks: [],
  broken: [],
  ...more,
})
const short = { lacks: [{ missing: 1, words: { zh: '人员', en: 'people' } }] }
const broken = { broken: [{ who: 'w-李', words: { zh: '休息不足', en: 'too little rest' } }] }
const grid: RosterGrid = {
  id: 'r',
  area: '140826100201',
  state: 'draft',
  days: ['2020-02-04', '2020-02-05'],
  weekend: [5, 6],
  wishes: null,
  posts: [
    {
      id: 'p1',
      number: 'K001',
      name: '东口',
      area: '140826100201',
      place: '城内村',
      staff: 1,
      lines: [
        { kind: '4x6.n', label, hours: '00:00–06:00', night: true, cells: [cell(['张']), cell([], short)] },
        { kind: '4x6.m', label, hours: '06:00–12:00', night: false, cells: [cell(['李'], broken), cell(['张'])] },
      ],
    },
    {
      id: 'p2',
      number: 'K002',
      name: '西口',
      area: '140826100202',
      place: '西关村',
      staff: 4,
      lines: [
        { kind: '4x6.n', label, hours: '00:00–06:00', night: true, cells: [null, cell(['甲', '乙', '丙', '丁'])] },
      ],
    },
  ],
}

describe('a roster as rows', () => {
  it('has one for each shift of each post, high enough for the most names', () => {
    const rows = postRows(grid, '', false)
    expect(rows.map((row) => [row.key, row.first])).toEqual([
      ['p1/4x6.n', true],
      ['p1/4x6.m', false],
      ['p2/4x6.n', true],
    ])
    expect(rows[2]?.height).toBeGreaterThan(rows[0]?.height ?? 0)
  })

  it('keeps of a post what was asked for by place, by post or by person', () => {
    expect(postRows(grid, '西关', false).map((row) => row.key)).toEqual(['p2/4x6.n'])
    expect(postRows(grid, '李', false).map((row) => row.key)).toEqual(['p1/4x6.m'])
    expect(postRows(grid, '无此人', false)).toEqual([])
  })

  it('keeps only what is short or broken when asked', () => {
    expect(postRows(grid, '', true).map((row) => row.key)).toEqual(['p1/4x6.n', 'p1/4x6.m'])
    expect(countTroubles(grid)).toEqual({ short: 1, broken: 1 })
  })

  it('turned round has one for each person, with shifts and nights counted', () => {
    const rows = personRows(grid, '', false)
    const zhang = rows.find((row) => row.name === '张')
    expect([zhang?.shifts, zhang?.nights, zhang?.days.map((day) => day.length)]).toEqual([2, 1, [1, 1]])
    expect(personRows(grid, '', true).map((row) => row.name)).toEqual(['李'])
  })
})

describe('what can be seen', () => {
  const rows = Array.from({ length: 900 }, () => ({ height: 55 }))
  const beginnings = beginningsOf(rows)

  it('is a few rows of many, wherever one has scrolled to', () => {
    expect(seen(beginnings, 0, 550, 2)).toEqual([0, 13])
    expect(seen(beginnings, 5500, 550, 2)).toEqual([98, 113])
    expect(seen(beginnings, beginnings[900] ?? 0, 550, 2)[1]).toBe(900)
  })

  it('is nothing of nothing', () => {
    expect(seen(beginningsOf([]), 0, 500)).toEqual([0, 0])
  })
})

describe('the keys', () => {
  it('go cell by cell and stop at the edges', () => {
    expect(stepTo('ArrowRight', false, [0, 0], [3, 2])).toEqual([0, 1])
    expect(stepTo('ArrowRight', false, [0, 1], [3, 2])).toEqual([0, 1])
    expect(stepTo('PageDown', false, [0, 1], [3, 2])).toEqual([2, 1])
    expect(stepTo('End', true, [0, 0], [3, 2])).toEqual([2, 1])
    expect(stepTo('a', false, [0, 0], [3, 2])).toBeNull()
    expect(stepTo('ArrowDown', false, [0, 0], [0, 0])).toBeNull()
  })
})
