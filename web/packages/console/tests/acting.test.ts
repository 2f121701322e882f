// @vitest-environment happy-dom
import type { ActionDone } from '@lianfang/core'
import { beforeEach, expect, it, vi } from 'vitest'

vi.mock('../src/state/session', () => ({
  api: { stored: (file: string) => `/api/files/${file}` },
  actionNamed: () => undefined,
  tableNamed: () => undefined,
}))
vi.mock('../src/router', () => ({ router: { push: vi.fn() } }))

import { i18n } from '../src/i18n'
import { announceDone } from '../src/state/acting'
import { notices } from '../src/state/notices'

const done = (result: ActionDone['result']): ActionDone => ({ id: 'c', status: 'done', result })

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

it('an action that made none offers none', () => {
  announceDone('登记住户', done({}), () => undefined)
  expect(notices.value[0]?.action).toBeNull()
})
