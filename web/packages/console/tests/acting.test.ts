// @vitest-environment happy-dom
import type { ActionDone } from '@lianfang/core'
import { beforeEach, expect, it, vi } from 'vitest'
import { createApp, nextTick } from 'vue'

vi.mock('../src/state/session', () => ({
  api: {
    stored: (file: string) => `/api/files/${file}`,
    password: (file: string) => (file === 'f1' ? Promise.resolve({ password: 'k7mp3xwt9r' }) : Promise.reject(file)),
  },
  actionNamed: () => undefined,
  tableNamed: () => undefined,
}))
vi.mock('../src/router', () => ({ router: { push: vi.fn() } }))

import Notices from '../src/components/Notices.vue'
import { i18n } from '../src/i18n'
import { announceDone } from '../src/state/acting'
import { notices } from '../src/state/notices'

const done = (result: ActionDone['result']): ActionDone => ({ id: 'c', status: 'done', result })

function press(place: Element, text: string): void {
  for (const one of place.querySelectorAll('button')) if (one.textContent === text) one.click()
}

beforeEach(() => {
  notices.value = []
  i18n.global.locale.value = 'zh-hans'
})

it('a file that an action made is offered where it is said to be done', () => {
  const went = vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
  announceDone('反馈核查结果', done({ file_id: 'f1' }), () => undefined)
  expect(notices.value[0]?.action?.text).toBe('下载文件')
  notices.value[0]?.action?.run()
  expect(went).toHaveBeenCalledWith('/api/files/f1')
})

it('the password of a file with names stays until it is closed, also after the file was fetched', async () => {
  vi.useFakeTimers()
  vi.spyOn(window.location, 'assign').mockImplementation(() => undefined)
  announceDone('带姓名导出', done({ file_id: 'f1', password: 'k7mp3xwt9r' }), () => undefined)
  const place = document.createElement('div')
  createApp(Notices).use(i18n).mount(place)
  await vi.advanceTimersByTimeAsync(60 * 60 * 1000)
  expect(place.querySelector('code')?.textContent).toBe('k7mp3xwt9r')
  expect(place.textContent).toContain('另一途径')
  press(place, '下载文件')
  await nextTick()
  expect(place.querySelector('code')).not.toBeNull()
  place.querySelector<HTMLButtonElement>('button[aria-label="关闭"]')?.click()
  await nextTick()
  expect(place.querySelector('code')).toBeNull()
  vi.useRealTimers()
})

it('where the answer with the password was lost, it is asked for again', async () => {
  for (const file_id of ['f1', 'f2']) {
    announceDone('带姓名导出', { id: 'c', status: 'repeated', result: { file_id } }, () => undefined)
    await vi.waitFor(() => expect(notices.value[0]?.action?.text).toBe('下载文件'))
    expect(notices.value[0]?.password).toBe(file_id === 'f1' ? 'k7mp3xwt9r' : undefined)
    notices.value = []
  }
})

it('an action that made none offers none', () => {
  announceDone('登记住户', done({}), () => undefined)
  expect(notices.value[0]?.action).toBeNull()
})
