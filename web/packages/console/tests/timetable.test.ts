import { describe, expect, it } from 'vitest'
import { daysOf, pointsOf } from '../src/state/timetable'

const row = (cells: Record<string, unknown>) => ({ id: '1', cells })
const slot = (day_on: string, part: string, state: string) => row({ name: '王*明', day_on, slot: part, state })
const reading = (at: string, temperature_c: number | null, fever = false) =>
  row({ name: '王*明', happened_at: at, slot_on: at.slice(0, 10), slot: 'morning', temperature_c, fever })

describe('two weeks of one person', () => {
  const slots = [slot('2020-02-03', 'morning', 'recorded'), slot('2020-02-03', 'evening', 'missed')]
  const readings = [reading('2020-02-03T07:40:00+08:00', 38.1, true)]
  const days = daysOf('2020-02-03', '2020-02-05', slots, readings)

  it('have every day from the first to the last', () => {
    expect(days.map((day) => [day.number, day.day])).toEqual([
      [1, '2020-02-03'],
      [2, '2020-02-04'],
      [3, '2020-02-05'],
    ])
  })

  it('show the reading where it counts, and its fever', () => {
    expect(days[0]?.morning).toEqual({ state: 'recorded', temperature_c: 38.1, fever: true })
  })

  it('show a missed part as missed and an unknown one as nothing', () => {
    expect(days[0]?.evening?.state).toBe('missed')
    expect(days[1]?.morning).toBeNull()
  })
})

describe('the curve', () => {
  it('leaves out readings whose temperature this viewer may not see, and runs from old to new', () => {
    const rows = [
      reading('2020-02-04T07:00:00+08:00', 36.5),
      reading('2020-02-03T07:00:00+08:00', 36.7),
      reading('2020-02-05T07:00:00+08:00', null),
    ]
    expect(pointsOf(rows).map((point) => point.temperature_c)).toEqual([36.7, 36.5])
  })
})
