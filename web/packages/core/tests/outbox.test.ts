import { describe, expect, it } from 'vitest'
import {
  commandsOf,
  type Entry,
  forgettable,
  hasUnsent,
  nextUpload,
  notAnswered,
  outboxFile,
  queued,
  refusedCount,
  retried,
  setAside,
  settle,
  waitingCount,
} from '../src'

const AT = '2020-02-03T08:00:00+08:00'
const LATER = '2020-02-03T09:00:00+08:00'
const NO = { code: 'areas.not_yours', message: { zh: '这一户不在您的网格内。', en: 'Not in your grid.' } }

function entry(id: string, queuedAt = AT): Entry {
  return queued(
    {
      id,
      action: 'screening.record_visit',
      input: { outcome: 'done' },
      happened_at: AT,
      label: { zh: '走访', en: 'Visit' },
    },
    queuedAt,
  )
}

describe('what the server refuses', () => {
  const [refused] = settle([entry('a')], [{ id: 'a', status: 'refused', refusal: NO }], LATER) as [Entry]

  it('stays on the phone with its reason', () => {
    expect(refused.state).toBe('refused')
    expect(refused.refusal?.code).toBe('areas.not_yours')
    expect(refusedCount([refused])).toBe(1)
  })

  it('still counts as something that would be lost by wiping', () => {
    expect(hasUnsent([refused])).toBe(true)
  })

  it('is sent again under the same id when a person asks', () => {
    const again = retried(refused)
    expect(again).toMatchObject({ id: 'a', state: 'waiting', refusal: null })
  })

  it('once put aside asks for nothing more but remains in the exported file', () => {
    const kept = setAside(refused, LATER)
    expect(hasUnsent([kept])).toBe(false)
    expect(outboxFile([kept], { device_id: 'd', account: 'a' }, LATER).commands).toHaveLength(1)
  })
})

describe('what got no answer', () => {
  it('waits on, and says how often it was tried', () => {
    const [waiting] = notAnswered([entry('a')]) as [Entry]
    expect(waiting).toMatchObject({ state: 'waiting', attempts: 1 })
  })

  it('waits on when the answer does not mention it', () => {
    const [waiting] = settle([entry('a')], [], LATER) as [Entry]
    expect(waiting.state).toBe('waiting')
  })

  it('is sent when the server says that it had it already', () => {
    const [sent] = settle([entry('a')], [{ id: 'a', status: 'repeated' }], LATER) as [Entry]
    expect(sent.state).toBe('sent')
  })
})

describe('an upload', () => {
  it('takes the oldest first and no more than asked', () => {
    const entries = [entry('c', LATER), entry('b'), entry('a')]
    expect(nextUpload(entries, 2).map((one) => one.id)).toEqual(['a', 'b'])
  })

  it('carries the command and nothing about the phone', () => {
    const carried = ['action', 'app_version', 'happened_at', 'id', 'input']
    expect(Object.keys(commandsOf([entry('a')])[0] ?? {}).sort()).toEqual(carried)
  })

  it('names the app that recorded each entry, and the oldest for one from before entries knew it', () => {
    const entries = [{ ...entry('a'), app_version: '1.2.0' }, entry('b')]
    expect(commandsOf(entries).map((one) => one.app_version)).toEqual(['1.2.0', '0.0'])
    const file = outboxFile(entries, { device_id: 'd', account: 'a' }, LATER)
    expect(file.commands.map((one) => one.app_version)).toEqual(['1.2.0', '0.0'])
  })

  it('tells of each record by the codes of which grid it was made', () => {
    const entries = [{ ...entry('a'), as_of: '2020-02-03T09:00:00+08:00' }, entry('b')]
    expect(commandsOf(entries).map((one) => one.as_of)).toEqual(['2020-02-03T09:00:00+08:00', undefined])
  })

  it('leaves out what is sent, refused or put aside', () => {
    const states = ['sent', 'refused', 'kept'] as const
    const entries = states.map((state, index) => ({ ...entry(String(index)), state }))
    expect(nextUpload(entries)).toEqual([])
    expect(waitingCount(entries)).toBe(0)
  })
})

describe('forgetting', () => {
  it('touches only what the server has, and only when old', () => {
    const old = { ...entry('a'), state: 'sent' as const, settled_at: AT }
    const fresh = { ...entry('b'), state: 'sent' as const, settled_at: LATER }
    const never = { ...entry('c'), state: 'kept' as const, settled_at: AT }
    expect(forgettable([old, fresh, never, entry('d')], LATER).map((one) => one.id)).toEqual(['a'])
  })
})
