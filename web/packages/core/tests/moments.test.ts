import { describe, expect, it } from 'vitest'
import { addDays, clock, dayOf, daysBetween, elapsed, isoWithOffset, shortMoment } from '../src'

describe('moments are the county’s, whatever the device thinks', () => {
  it('late evening in London is the next day here', () => {
    const moment = new Date('2020-02-03T20:30:00Z')
    expect(dayOf(moment)).toBe('2020-02-04')
    expect(clock(moment)).toBe('04:30')
  })

  it('today needs no date', () => {
    const now = new Date('2020-02-04T10:00:00+08:00')
    expect(shortMoment('2020-02-04T07:35:00+08:00', 'zh-hans', now)).toBe('07:35')
    expect(shortMoment('2020-02-03T07:35:00+08:00', 'zh-hans', now)).toBe('2月3日 07:35')
  })

  it('an ISO moment with offset is the same moment', () => {
    const moment = new Date('2020-02-03T00:00:00Z')
    expect(new Date(isoWithOffset(moment)).getTime()).toBe(moment.getTime())
  })

  it('waiting is told in the largest unit that reads naturally', () => {
    const now = new Date('2020-02-04T10:00:00Z')
    expect(elapsed('2020-02-04T09:20:00Z', now, 'zh-hans')).toBe('40 分钟')
    expect(elapsed('2020-02-03T00:00:00Z', now, 'en')).toBe('34 h')
    expect(elapsed('2020-01-30T10:00:00Z', now, 'zh-hans')).toBe('5 天')
  })

  it('days count over the leap day', () => {
    expect(addDays('2020-02-20', 14)).toBe('2020-03-05')
    expect(daysBetween('2020-02-20', '2020-03-05')).toBe(14)
  })
})
