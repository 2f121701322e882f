import 'fake-indexeddb/auto'
import { queued } from '@lianfang/core'
import { describe, expect, it } from 'vitest'
import { FieldDatabase } from '../src/store/database'

const entry = queued(
  { id: 'a', action: 'a.b', input: { x: 1 }, happened_at: '2020-02-03T08:00:00+08:00', label: { zh: '甲', en: 'A' } },
  '2020-02-03T08:00:00+08:00',
)

describe('the phone’s own store', () => {
  it('keeps the queue over a restart', async () => {
    const before = new FieldDatabase('one')
    await before.outbox.put(entry)
    before.close()
    const after = new FieldDatabase('one')
    expect(await after.outbox.toArray()).toEqual([entry])
    after.close()
  })

  it('never shows one account what another recorded', async () => {
    const other = new FieldDatabase('two')
    expect(await other.outbox.count()).toBe(0)
    other.close()
  })

  it('is empty after it was wiped', async () => {
    const store = new FieldDatabase('one')
    await store.delete()
    const after = new FieldDatabase('one')
    expect(await after.outbox.count()).toBe(0)
    after.close()
  })
})
