// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApp, nextTick, ref } from 'vue'

vi.mock('vue-router', () => ({ useRouter: vi.fn() }))
vi.mock('../src/components/telling', () => ({ tellSaved: vi.fn() }))
vi.mock('../src/store/grid', () => ({ bundle: ref(null), downloadGrid: vi.fn() }))

import { chooseLanguage } from '../src/i18n'
import Duty from '../src/pages/Duty.vue'
import type { Bundle, DutyShift } from '../src/store/bundle'
import { bundle } from '../src/store/grid'

const shift = (starts: string, ends: string, state = 'accepted'): DutyShift => ({
  id: starts,
  post_id: 'p1',
  post: 'K001 东门',
  place: '',
  kind: '',
  starts_at: `2020-02-${starts}:00+08:00`,
  ends_at: `2020-02-${ends}:00+08:00`,
  state,
  signed_in_at: state === 'signed_in' ? `2020-02-${starts}:00+08:00` : null,
  signed_out_at: null,
  informed: 0,
  leaflets: 0,
  meals: 0,
})
const shifts = [shift('04T20:00', '05T08:00', 'signed_in'), shift('05T20:00', '06T08:00')]

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2020-02-04T23:59:50+08:00') })
})
afterEach(() => {
  vi.useRealTimers()
})

it('a shift that is not today says its day, also when the day turns while the page is open', async () => {
  Object.assign(bundle, { value: { duty: { shifts, notes: [], early_minutes: 30 } } as unknown as Bundle })
  chooseLanguage('zh-hans')
  const page = document.createElement('div')
  const app = createApp(Duty).component('RouterLink', { render: () => null })
  app.mount(page)
  expect(page.textContent).toContain('20:00 — 2月5日周三 08:00 · 20:00 已签到')
  expect(page.textContent).toContain('2月5日周三 20:00 — 2月6日周四 08:00')
  vi.advanceTimersByTime(20000)
  await nextTick()
  expect(page.textContent).toContain('2月4日周二 20:00 — 2月5日周三 08:00 · 2月4日周二 20:00 已签到')
  chooseLanguage('en')
  await nextTick()
  expect(page.textContent).toContain('20:00 to Thu 6 Feb 08:00')
  app.unmount()
})
