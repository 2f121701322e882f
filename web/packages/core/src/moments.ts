// How moments and days are written for people. Times are shown in the county's zone, whatever the device thinks.

import type { Language } from './text'

// China keeps one hour, without summer time since 1991. Reckoned here, because asking the browser for the zone's rules
// costs a cheap phone a sixth of a second before its first screen.
const AHEAD_MS = 8 * 3600000

interface Parts {
  year: string
  month: string
  day: string
  hour: string
  minute: string
}

function parts(moment: Date): Parts {
  // an invalid date has no parts, and says so where it is shown
  const [date = '', time = ''] = new Date(moment.getTime() + AHEAD_MS).toISOString().split('T')
  const [year = '', month = '', day = ''] = date.split('-')
  return { year, month, day, hour: time.slice(0, 2), minute: time.slice(3, 5) }
}

/** ISO day (2020-02-03) of a moment in the county's zone. */
export function dayOf(moment: Date): string {
  const p = parts(moment)
  return `${p.year}-${p.month}-${p.day}`
}

/** Clock time, 07:35. */
export function clock(moment: string | Date): string {
  const p = parts(new Date(moment))
  return `${p.hour}:${p.minute}`
}

/** A moment in full: 2020-02-03 07:35. */
export function fullMoment(moment: string | Date): string {
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? String(moment) : `${dayOf(date)} ${clock(date)}`
}

/** A moment as short as stays clear: 07:35 today, 2月3日 07:35 otherwise. */
export function shortMoment(moment: string | Date, language: Language, now: Date): string {
  return momentWith(shortDay, moment, language, now)
}

/** A moment with the day of the week where it is not today: 07:35, or 2月3日周一 07:35. */
export function dayMoment(moment: string | Date, language: Language, now: Date): string {
  return momentWith(weekDay, moment, language, now)
}

/** From when until when: the end says its day wherever that is not the day of the beginning. */
export function dayMoments(from: string, until: string, language: Language, now: Date): { from: string; to: string } {
  return { from: dayMoment(from, language, now), to: dayMoment(until, language, new Date(from)) }
}

function momentWith(written: typeof shortDay, moment: string | Date, language: Language, now: Date): string {
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return String(moment)
  return dayOf(date) === dayOf(now) ? clock(date) : `${written(dayOf(date), language)} ${clock(date)}`
}

/** An ISO day as 2月3日 or 3 Feb. */
export function shortDay(day: string, language: Language): string {
  const [year, month, date] = day.split('-').map(Number)
  if (!year || !month || !date) return day
  if (language === 'zh-hans') return `${month}月${date}日`
  return `${date} ${new Date(Date.UTC(year, month - 1, date)).toLocaleString('en-GB', { month: 'short', timeZone: 'UTC' })}`
}

const WEEKDAYS = {
  'zh-hans': ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
}

/** An ISO day with its day of the week: 2月3日周一 or Mon 3 Feb. */
function weekDay(day: string, language: Language): string {
  const name = WEEKDAYS[language][new Date(`${day}T00:00:00Z`).getUTCDay()] ?? ''
  return language === 'en' ? `${name} ${shortDay(day, language)}` : `${shortDay(day, language)}${name}`
}

/** How long ago, in the largest unit that reads naturally: 3小时, 2天. */
export function elapsed(since: string | Date, now: Date, language: Language): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - new Date(since).getTime()) / 60000))
  const [count, zh, en] =
    minutes < 60
      ? [minutes, '分钟', 'min']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), '小时', 'h']
        : [Math.floor(minutes / 1440), '天', 'd']
  return language === 'en' ? `${count} ${en}` : `${count} ${zh}`
}

/** Device-local ISO moment with offset, because the server keeps what the device's clock said. */
export function isoWithOffset(moment: Date): string {
  const offset = -moment.getTimezoneOffset()
  const sign = offset < 0 ? '-' : '+'
  const pad = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0')
  const local = new Date(moment.getTime() + offset * 60000).toISOString().slice(0, 19)
  return `${local}${sign}${pad(offset / 60)}:${pad(offset % 60)}`
}

/** Days from one ISO day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86400000)
}

/** The ISO day `count` days after `day`. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86400000).toISOString().slice(0, 10)
}
