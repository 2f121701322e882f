// @vitest-environment happy-dom
import { type Column, Refusal } from '@lianfang/core'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type App, createApp, type FunctionalComponent, h } from 'vue'

const { api, acted, table } = vi.hoisted(() => {
  const column = (name: string, privacy: string) =>
    ({ name, privacy, kind: 'text', label: { zh: name, en: name } }) as unknown as Column
  const columns = [column('name', 'name'), column('phone', 'contact'), column('part', 'work')]
  const table = {
    name: 'workforce.check_in_requests',
    title: { zh: '待确认的报到', en: 'Check-ins to be confirmed' },
    label: 'name',
    columns,
    actions: [],
    saved_filters: [],
  }
  return { api: { list: vi.fn(), row: vi.fn() }, acted: vi.fn(), table }
})
const refuse = { name: 'workforce.refuse_check_in', title: { zh: '不接受', en: 'Refuse' }, input: {} }
vi.mock('../src/state/session', () => ({ api, tableNamed: () => table, actionsOn: () => [], actionNamed: vi.fn() }))
vi.mock('../src/state/offering', () => ({
  actionsFrom: () => [refuse],
  beginnings: () => ({ first: [], more: [] }),
  gridActions: () => [],
}))
vi.mock('../src/state/views', () => ({ useViews: () => ({ views: [], loadViews: vi.fn() }) }))
vi.mock('../src/state/acting', () => ({ openActionOn: acted, openAction: vi.fn() }))
vi.mock('vue-router', () => ({
  useRoute: () => ({ params: { table: table.name }, query: {} }),
  useRouter: () => ({ replace: vi.fn() }),
}))

import { i18n, telling } from '../src/i18n'
import TableList from '../src/pages/TableList.vue'

const Drawer: FunctionalComponent<{ title: string }> = ({ title }, { slots }) =>
  h('div', [h('h2', { class: 'drawer-title' }, title), slots.default?.()])
Drawer.props = ['title']
const ID = '0190a000-0000-7000-8000-00008f3a21bc'
const row = (name: string, phone: string) => ({ id: ID, version: 1, cells: { name, phone, part: '周末' } })
const answer = (name: string, phone: string) => {
  api.list.mockResolvedValue({ rows: [row(name, phone)], next: null, as_of: '2020-02-03T09:00:00+08:00' })
  api.row.mockResolvedValue({ row: row(name, phone), history: [], related: [] })
}
let app: App
let page: HTMLElement
const title = () => page.querySelector('.drawer-title')?.textContent

async function press(what: string): Promise<void> {
  await vi.waitFor(() => expect(page.querySelector(what)).not.toBeNull())
  page.querySelector<HTMLElement>(what)?.click()
}

/** Open the drawer of a person who is on the list by name, and do the act that erases the name. */
async function openedAndActedOn(): Promise<void> {
  await press('tbody tr')
  await vi.waitFor(() => expect(title()).toBe('李远'))
  acted.mockImplementation((_action, _table, _row, done: () => void) => done())
}

beforeEach(() => {
  answer('李远', '13900001111')
  page = document.body.appendChild(document.createElement('div'))
  app = createApp(TableList).use(i18n).use(telling)
  app.component('RouterLink', { render: () => null }).component('ElDrawer', Drawer)
  app.mount(page)
})
afterEach(() => {
  app.unmount()
  page.remove()
})

it('an open drawer drops a name with the act that erases it, and says what is left to call it', async () => {
  await openedAndActedOn()
  answer('', '')
  await press('.acts button')
  await vi.waitFor(() => expect(title()).toBe('姓名未留存 8f3a21bc'))
  expect(page.textContent).not.toContain('李远')
})

it('a row without a name is called by its phone where that is known', async () => {
  await openedAndActedOn()
  answer('', '139****1111')
  await press('.acts button')
  await vi.waitFor(() => expect(title()).toBe('139****1111'))
})

it('a row that is gone keeps nothing of itself in an open drawer', async () => {
  await openedAndActedOn()
  const gone = { code: 'table.no_row', message: { zh: '没有这一行。', en: 'No such row.' } }
  api.list.mockResolvedValue({ rows: [], next: null, as_of: '2020-02-03T09:00:00+08:00' })
  api.row.mockRejectedValue(new Refusal(404, gone as never))
  await press('.acts button')
  await vi.waitFor(() => expect(title()).toBe('8f3a21bc'))
  expect(page.textContent).toContain('没有这一行。')
  expect(page.textContent).not.toContain('李远')
})
