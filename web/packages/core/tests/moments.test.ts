import { describe, expect, it } from 'vitest'
import { addDays, clock, dayMoment, dayMoments, dayOf, daysBetween, elapsed, isoWithOffset, shortMoment } from '../src'

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

  it('another day is told with its day of the week, in either language', () => {
    const now = new Date('2020-02-04T23:59:40+08:00')
    expect(dayMoment('2020-02-04T23:00:00+08:00', 'zh-hans', now)).toBe('23:00')
    expect(dayMoment('2020-02-05T00:30:00+08:00', 'zh-hans', now)).toBe('2月5日周三 00:30')
    expect(dayMoment('2020-02-09T08:00:00+08:00', 'en', now)).toBe('Sun 9 Feb 08:00')
  })

  it('a time across midnight says the day of its end', () => {
    const span = (from: string, until: string, now: string, language: 'zh-hans' | 'en' = 'zh-hans') => {
      const said = dayMoments(`2020-02-${from}:00+08:00`, `2020-02-${until}:00+08:00`, language, new Date(now))
      return `${said.from} - ${said.to}`
    }
    const [evening, midnight] = ['2020-02-04T21:00:00+08:00', '2020-02-05T00:00:00+08:00']
    expect(span('04T20:00', '04T23:00', evening)).toBe('20:00 - 23:00')
    expect(span('04T20:00', '05T08:00', evening)).toBe('20:00 - 2月5日周三 08:00')
    expect(span('04T20:00', '05T08:00', midnight)).toBe('2月4日周二 20:00 - 2月5日周三 08:00')
    expect(span('04T18:00', '05T00:00', evening, 'en')).toBe('18:00 - Wed 5 Feb 00:00')
    expect(span('05T02:00', '05T08:00', evening, 'en')).toBe('Wed 5 Feb 02:00 - 08:00')
    expect(span('05T02:00', '05T08:00', midnight)).toBe('02:00 - 08:00')
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
