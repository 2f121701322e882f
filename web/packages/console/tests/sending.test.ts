// @vitest-environment happy-dom
import type { Command, CommandResult } from '@lianfang/core'
import { afterEach, describe, expect, it } from 'vitest'
import { type App, createApp, h, nextTick } from 'vue'
import SendingProgress from '../src/components/SendingProgress.vue'
import { type GridRow, newRow } from '../src/grid/rows'
import { takingBack } from '../src/grid/saving'
import { type Progress, useSending, type Work } from '../src/grid/sending'
import { i18n } from '../src/i18n'

const saved = (count: number): GridRow[] =>
  Array.from({ length: count }, (_, at) => ({ ...newRow(1, `command-${at}`), state: 'saved' as const }))

const back: Work = {
  name: 'takeBack',
  ask: (row) => takingBack(row, { action: 'people.withdraw_household', input: {} }),
  take: (row, answer) => {
    if (answer.status === 'done') row.state = 'open'
  },
  isDone: (row) => row.state === 'open',
}

const answered = (commands: Command[], refused = -1) => ({
  results: commands.map(
    ({ id }, at): CommandResult => ({ id, status: at === refused ? 'refused' : 'done' }) as CommandResult,
  ),
})

describe('a thousand rows that are taken back', () => {
  it('go in portions, and after each it says how many came back', async () => {
    const told: string[] = []
    const sizes: number[] = []
    const { progress, sendAll } = useSending(
      async (commands) => {
        sizes.push(commands.length)
        return answered(commands)
      },
      () => told.push(`${progress.value?.done} / ${progress.value?.total}`),
    )
    const rows = saved(1000)
    expect(await sendAll(rows, back)).toBe(0)
    expect(sizes).toEqual(Array(10).fill(100))
    expect(told.slice(0, 2)).toEqual(['100 / 1000', '200 / 1000'])
    expect(told.at(-1)).toBe('1000 / 1000')
    expect(rows.every((row) => row.state === 'open')).toBe(true)
    expect(progress.value).toBeNull()
  })

  it('are not counted as taken back where the server refuses', async () => {
    const told: [number, number][] = []
    const { progress, sendAll } = useSending(
      async (commands) => answered(commands, 3),
      () => told.push([progress.value?.answered ?? 0, progress.value?.done ?? 0]),
    )
    await sendAll(saved(250), back)
    expect(told).toEqual([
      [100, 99],
      [200, 198],
      [250, 247],
    ])
  })

  it('stop after the portion that is on its way, and the rest can be taken back later', async () => {
    const sent: number[] = []
    const { sendAll, stop } = useSending(
      async (commands) => {
        sent.push(commands.length)
        if (sent.length === 2) stop()
        return answered(commands)
      },
      () => {},
    )
    const rows = saved(1000)
    expect(await sendAll(rows, back)).toBe(800)
    expect(rows.filter((row) => row.state === 'open')).toHaveLength(200)
    const rest = rows.filter((row) => row.state === 'saved')
    expect(await sendAll(rest, back)).toBe(0)
    expect(sent).toEqual(Array(10).fill(100))
  })

  it('stay as they were answered when the line breaks', async () => {
    let portions = 0
    const { progress, sendAll } = useSending(
      async (commands) => {
        portions += 1
        if (portions === 3) throw new Error('no line')
        return answered(commands)
      },
      () => {},
    )
    const rows = saved(500)
    await expect(sendAll(rows, back)).rejects.toThrow('no line')
    expect(rows.filter((row) => row.state === 'open')).toHaveLength(200)
    expect(progress.value).toBeNull()
  })
})

describe('the count on the page', () => {
  let app: App | undefined
  afterEach(() => {
    app?.unmount()
    document.body.innerHTML = ''
  })

  function shown(progress: Partial<Progress> = {}): { stopped: () => number; text: string } {
    let stops = 0
    const whole: Progress = { name: 'takeBack', answered: 310, done: 300, total: 1000, stopping: false, ...progress }
    const root = document.body.appendChild(document.createElement('div'))
    app = createApp({ render: () => h(SendingProgress, { progress: whole, onStop: () => (stops += 1) }) })
    app.use(i18n).mount(root)
    return { stopped: () => stops, text: root.querySelector('[role=status]')?.textContent ?? '' }
  }

  it('is said in both languages', async () => {
    i18n.global.locale.value = 'zh-hans'
    expect(shown().text).toBe('已撤回 300 / 1,000 行')
    app?.unmount()
    i18n.global.locale.value = 'en'
    await nextTick()
    expect(shown().text).toBe('Rows taken back: 300 of 1,000')
    i18n.global.locale.value = 'zh-hans'
  })

  it('takes the focus from a button that can be pressed no more, and is stopped by Enter and Escape', () => {
    const { stopped } = shown()
    const button = document.activeElement as HTMLButtonElement
    expect(button.textContent).toBe('停下')
    button.click()
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
    expect(stopped()).toBe(2)
  })

  it('leaves the focus where somebody writes', () => {
    const cell = document.body.appendChild(document.createElement('textarea'))
    cell.focus()
    shown()
    expect(document.activeElement).toBe(cell)
  })
})
