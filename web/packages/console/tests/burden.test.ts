// @vitest-environment happy-dom
import type { Burden } from '@lianfang/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type App, createApp } from 'vue'

const sums = {
  fills: 1,
  asked: 8,
  re_asked: 7,
  by_hand: 1,
  spared: 1035,
  typed: 5,
  minutes_spared: 207,
  minutes_by_hand: 1,
}
const { get } = vi.hoisted(() => ({ get: vi.fn() }))
vi.mock('../src/state/session', () => ({ api: { get }, me: { value: { home_area: { path: '140826' } } } }))

import { i18n } from '../src/i18n'
import BurdenPage from '../src/pages/Burden.vue'

let app: App
let place: HTMLElement

beforeEach(async () => {
  const meter: Burden = {
    ...sums,
    sheets: 1,
    days: 7,
    seconds_per_cell: 12,
    to_decide: 0,
    senders: [],
    forms: [],
    days_kept: [{ ...sums, on: '2020-02-03' }],
    units: [
      { ...sums, path: '140826100201', name: '城内村' },
      { ...sums, path: '140826100202', name: '东关村', spared: 0, minutes_spared: 0 },
    ],
    repeated: [],
    droppable: [],
  }
  get.mockResolvedValue(meter)
  place = document.body.appendChild(document.createElement('div'))
  app = createApp(BurdenPage)
  app.component('RouterLink', { template: '<a><slot /></a>' })
  app.use(i18n).mount(place)
  await vi.waitFor(() => expect(place.querySelector('table')).not.toBeNull())
})

afterEach(() => {
  app.unmount()
  place.remove()
})

function told(region: string): string[][] {
  const table = place.querySelector(`[aria-label="${region}"] table`)
  return [...(table?.querySelectorAll('tr') ?? [])].map((row) =>
    [...row.children].map((cell) => cell.textContent ?? ''),
  )
}

const HEADS = ['填报次数', '要几项', '重复要', '手填', '免填格数', '省下分钟', '手填格数', '手填分钟']

it('tells of every village what was asked, asked again and left to the pen', () => {
  expect(told('按村（区域）')).toEqual([
    ['区域', ...HEADS],
    ['城内村', '1', '8', '7', '1', '1,035', '207', '5', '1'],
    ['东关村', '1', '8', '7', '1', '0', '0', '5', '1'],
  ])
})

it('tells the same of every day', () => {
  expect(told('按日')).toEqual([
    ['日期', ...HEADS],
    ['2020-02-03', '1', '8', '7', '1', '1,035', '207', '5', '1'],
  ])
})
