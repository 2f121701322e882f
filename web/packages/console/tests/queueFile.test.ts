import { describe, expect, it } from 'vitest'
import { PORTION, portionsOf, queueIn } from '../src/state/queueFile'

const command = (n: number) => ({ id: `id-${n}`, action: 'screening.record_visit', input: {} })
const file = (n: number) => ({
  format: 'lianfang.outbox' as const,
  version: 1 as const,
  device_id: 'phone-1',
  commands: Array.from({ length: n }, (_, place) => command(place)),
})

describe('the queue file of a phone', () => {
  it('is refused when it is something else', () => {
    for (const text of [
      '',
      'not json',
      'null',
      '[]',
      '{"format":"lianfang.outbox","version":2,"commands":[]}',
      '{"version":1}',
    ])
      expect(queueIn(text)).toBeNull()
  })

  it('is read as it was saved', () => {
    expect(queueIn(JSON.stringify(file(3)))).toEqual(file(3))
  })

  it('goes up in portions that hold every record once and name the phone', () => {
    const portions = portionsOf(file(2 * PORTION + 1))
    expect(portions.map((one) => one.commands.length)).toEqual([PORTION, PORTION, 1])
    expect(portions.flatMap((one) => one.commands.map(({ id }) => id))).toEqual(
      file(2 * PORTION + 1).commands.map(({ id }) => id),
    )
    expect(portions.every((one) => one.device_id === 'phone-1')).toBe(true)
  })
})
