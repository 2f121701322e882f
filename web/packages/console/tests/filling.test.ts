// @vitest-environment happy-dom
import { type Action, type Command, type CommandResult, Unreachable } from '@lianfang/core'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const { api } = vi.hoisted(() => ({ api: { batch: vi.fn(), rehearse: vi.fn(), list: vi.fn() } }))
vi.mock('../src/state/session', () => ({ api, me: { value: null }, tableNamed: () => undefined }))

import { useFilling } from '../src/grid/filling'
import { type GridRow, newRow } from '../src/grid/rows'
import { i18n } from '../src/i18n'
import { notices } from '../src/state/notices'

const ACTION = {
  name: 'people.add_household',
  title: { zh: '登记住户', en: 'Add a household' },
  subject: null,
  input: { type: 'object', properties: { number: { type: 'string', maxLength: 20 } } },
} as unknown as Action

/** A grid of rows; those that are saved can be taken back, the others wait to be saved. */
async function filled(count: number, state: GridRow['state']) {
  const filling = useFilling(ACTION, 'test')
  await filling.begin({})
  for (let at = 0; at < count; at += 1) {
    const undo = state === 'saved' ? { action: 'people.withdraw_household', input: {} } : null
    filling.rows.push({ ...newRow(1, `command-${at}`), cells: [`${at}号`], state, undo })
  }
  return filling
}

const done = (commands: Command[]) => ({
  results: commands.map(({ id }) => ({ id, status: 'done', result: {} }) as unknown as CommandResult),
})
const said = () => notices.value.map((notice) => [notice.tone, notice.text])

beforeEach(() => {
  sessionStorage.clear()
  notices.value = []
  vi.resetAllMocks()
  i18n.global.locale.value = 'zh-hans'
})

describe('when the network goes', () => {
  it('while rows are taken back, it speaks of taking back and claims nothing', async () => {
    api.batch.mockRejectedValue(new Unreachable())
    await (await filled(3, 'saved')).takeBack()
    expect(said()).toEqual([['problem', '连不上服务器，不知道撤回了没有。请稍后再按撤回，不会撤回两次。']])
  })

  it('says so in English too', async () => {
    i18n.global.locale.value = 'en'
    api.batch.mockRejectedValue(new Unreachable())
    await (await filled(3, 'saved')).takeBack()
    expect(said()[0]?.[1]).toMatch(/taken back or not\. Take back again later/)
  })

  it('after some rows, these are counted as taken back', async () => {
    api.batch.mockImplementationOnce(async (commands: Command[]) => done(commands))
    api.batch.mockRejectedValue(new Unreachable())
    await (await filled(150, 'saved')).takeBack()
    expect(said()).toEqual([
      ['problem', '连不上服务器，不知道撤回了没有。请稍后再按撤回，不会撤回两次。'],
      ['ok', '已撤回 100 行'],
    ])
  })

  it('and rows are taken back again, they go as the same commands', async () => {
    api.batch.mockRejectedValueOnce(new Unreachable())
    api.batch.mockImplementationOnce(async (commands: Command[]) => done(commands))
    const filling = await filled(3, 'saved')
    await filling.takeBack()
    await filling.takeBack()
    const [first, second] = api.batch.mock.calls.map(([commands]) => (commands as Command[]).map(({ id }) => id))
    expect(first).toEqual(['command-0', 'command-1', 'command-2'])
    expect(second).toEqual(first)
  })

  it('while rows are saved, it speaks of saving and of no reasons that stand nowhere', async () => {
    api.batch.mockRejectedValue(new Unreachable())
    await (await filled(3, 'open')).save()
    expect(said()).toEqual([['problem', '连不上服务器，不知道存上没有。请稍后再按保存，不会重复登记。']])
  })
})
