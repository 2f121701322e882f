import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const FULL = new DOMException('full', 'QuotaExceededError')
const asked = { times: 0, left: 0, full: false }

/** A place to ask as a browser offers it: what was written stands beside the file until it is closed or given up. */
const place = {
  createWritable: async () => ({
    write: async (piece: Blob) => {
      asked.times += 1
      if (asked.full) throw FULL
      asked.left += piece.size
    },
    abort: async () => {
      asked.left = 0
    },
  }),
}

/** The module as a page finds it that was just opened. */
async function opened() {
  vi.resetModules()
  return import('../src/store/log')
}

beforeEach(() => {
  Object.assign(asked, { times: 0, left: 0, full: false })
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => ({ getFileHandle: async () => place }) } })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a phone whose disk is full', () => {
  it('is not written to at all, neither the record nor what makes a new log', async () => {
    const { inOwnLog } = await opened()
    const made = vi.spyOn(indexedDB, 'open')
    const write = vi.fn()
    asked.full = true
    await expect(inOwnLog(write)).rejects.toBe(FULL)
    expect(write).not.toHaveBeenCalled()
    expect(made).not.toHaveBeenCalled()
    asked.full = false
    await inOwnLog(write)
    expect(write).toHaveBeenCalledOnce()
    expect(made).toHaveBeenCalled()
  })

  it('is asked again as soon as an answer is old, and nothing is left of the question', async () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { inOwnLog } = await opened()
    await inOwnLog(async () => undefined)
    await inOwnLog(async () => undefined)
    expect([asked.times, asked.left]).toEqual([1, 0])
    vi.advanceTimersByTime(1000)
    asked.full = true
    await expect(inOwnLog(async () => undefined)).rejects.toBe(FULL)
    expect([asked.times, asked.left]).toEqual([2, 0])
  })

  it.each([
    ['offers no such place', {}],
    ['offers one for reading alone', { getDirectory: async () => ({ getFileHandle: async () => ({}) }) }],
    ['refuses it', { getDirectory: async () => Promise.reject(new DOMException('no', 'SecurityError')) }],
  ])('writes without asking where the browser %s', async (_, storage) => {
    vi.stubGlobal('navigator', { storage })
    const { inOwnLog } = await opened()
    expect(await inOwnLog(async () => 'written')).toBe('written')
  })
})
