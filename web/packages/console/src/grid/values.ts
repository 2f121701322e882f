// What is meant by the text of a cell: dates, numbers and choices as people write them, or why it cannot be told.
import type { FormField } from '@lianfang/core'

export type Problem = 'number' | 'whole' | 'least' | 'most' | 'date' | 'choice' | 'bool' | 'long' | 'none' | 'several'

export interface Reading {
  value: unknown
  problem?: Problem
}

/** The ids of the rows that a text names. */
export type Find = (field: FormField, text: string) => string[]

const ROWS = new Set(['household', 'person', 'area', 'account', 'place', 'row'])
const APART = /[，,、;；\n]/

export const namesRow = (field: FormField) => ROWS.has(field.widget)

/** The value of a cell; null when it is empty. */
export function readCell(field: FormField, text: string, find: Find): Reading {
  const said = text.trim()
  if (said === '') return { value: null }
  if (namesRow(field)) return only(find(field, said))
  switch (field.widget) {
    case 'number':
      return readNumber(field, said)
    case 'date':
      return orProblem(readDate(said), 'date')
    case 'bool':
      return orProblem(readBool(said), 'bool')
    case 'choice':
      return orProblem(choiceOf(field, said), 'choice')
    case 'multichoice':
      return several(field, said)
    default:
      return readWords(field, said)
  }
}

const orProblem = (value: unknown, problem: Problem): Reading => (value === null ? { value, problem } : { value })

function only(found: string[]): Reading {
  if (found.length === 1) return { value: found[0] }
  return { value: null, problem: found.length === 0 ? 'none' : 'several' }
}

function readWords(field: FormField, said: string): Reading {
  if (field.many) {
    const words = said.split(APART).map((one) => one.trim())
    return { value: words.filter(Boolean) }
  }
  return field.maxLength && said.length > field.maxLength ? { value: null, problem: 'long' } : { value: said }
}

function several(field: FormField, said: string): Reading {
  const values = said
    .split(APART)
    .filter((one) => one.trim())
    .map((one) => choiceOf(field, one))
  return values.includes(null) ? { value: null, problem: 'choice' } : { value: values }
}

const plain = (text: string) => text.normalize('NFKC').trim().toLowerCase()

function choiceOf(field: FormField, said: string): string | number | boolean | null {
  const wanted = plain(said)
  const found = field.choices.find((choice) =>
    [String(choice.value), choice.label.zh, choice.label.en].some((one) => plain(one) === wanted),
  )
  return found ? found.value : null
}

const YES = new Set(['是', '有', '对', '√', '✓', '✔', 'y', 'yes', 'true', '1'])
const NO = new Set(['否', '无', '不', '没有', '×', '✗', 'x', 'n', 'no', 'false', '0'])

function readBool(said: string): boolean | null {
  const wanted = plain(said)
  return YES.has(wanted) ? true : NO.has(wanted) ? false : null
}

function readNumber(field: FormField, said: string): Reading {
  const value = numberOf(said)
  if (value === null) return { value, problem: 'number' }
  if (field.whole && !Number.isInteger(value)) return { value: null, problem: 'whole' }
  if (field.minimum !== undefined && value < field.minimum) return { value: null, problem: 'least' }
  if (field.maximum !== undefined && value > field.maximum) return { value: null, problem: 'most' }
  return { value }
}

/** 1,234 · １２ · 十二 · 一百零五; null when it is no number. */
export function numberOf(text: string): number | null {
  const said = text.normalize('NFKC').replace(/\s/g, '')
  if (/^[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(said)) return Number(said.replaceAll(',', ''))
  return chineseNumber(said)
}

const DIGITS = new Map([...'〇一二三四五六七八九'].map((digit, value) => [digit, value]))
DIGITS.set('零', 0).set('两', 2)
const UNITS = new Map([
  ['十', 10],
  ['百', 100],
  ['千', 1000],
] as const)

function chineseNumber(said: string): number | null {
  if (!/^[〇零一二两三四五六七八九十百千万]+$/.test(said)) return null
  if (!/[十百千万]/.test(said)) return Number([...said].map((one) => DIGITS.get(one)).join(''))
  const [high, low] = said.includes('万') ? said.split('万', 2) : ['', said]
  return (high ? underTenThousand(high) : 0) * 10_000 + underTenThousand(low ?? '')
}

function underTenThousand(said: string): number {
  let total = 0
  let digit: number | null = null
  for (const one of said) {
    const unit = UNITS.get(one as '十' | '百' | '千')
    if (unit) total += (digit ?? 1) * unit
    digit = unit ? null : (DIGITS.get(one) ?? 0)
  }
  return total + (digit ?? 0)
}

const DATE = /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ t]?0{1,2}:00(?::00)?)?$/
const CHINESE_DATE =
  /^([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]$/
// Excel counts days from here; a cell of a date without a date's format shows the count.
const EXCEL_BEGINS = Date.UTC(1899, 11, 30)
const DAY = 86_400_000

/** 2020-02-03 from 2020年2月3日 · 2020/2/3 · 20200203 · 二〇二〇年二月三日 · 43864; null when no day is meant for sure. */
export function readDate(text: string): string | null {
  const said = plain(text)
  const parts = DATE.exec(said) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(said)
  if (parts) return dayOf(Number(parts[1]), Number(parts[2]), Number(parts[3]))
  const words = CHINESE_DATE.exec(text.trim())
  if (words) return dayOf(...(words.slice(1).map((one) => chineseNumber(one) ?? 0) as [number, number, number]))
  if (/^[1-9]\d{4}$/.test(said)) return new Date(EXCEL_BEGINS + Number(said) * DAY).toISOString().slice(0, 10)
  return null
}

function dayOf(year: number, month: number, day: number): string | null {
  const moment = new Date(Date.UTC(year, month - 1, day))
  const same = moment.getUTCFullYear() === year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day
  return same && year > 1800 ? moment.toISOString().slice(0, 10) : null
}
