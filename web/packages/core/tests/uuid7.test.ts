import { describe, expect, it } from 'vitest'
import { uuid7 } from '../src'

describe('an id made on a device', () => {
  it('says its version and variant, and the moment it was made', () => {
    const made = uuid7(0x0197_0000_0001, new Uint8Array(10).fill(0xff))
    expect(made).toBe('01970000-0001-7fff-bfff-ffffffffffff')
  })

  it('sorts by the moment', () => {
    const ids = [1700000000000, 1700000000001, 1800000000000].map((moment) => uuid7(moment))
    expect([...ids].sort()).toEqual(ids)
  })

  it('is never made twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => uuid7(1))).size).toBe(1000)
  })
})
