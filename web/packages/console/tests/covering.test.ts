import { describe, expect, it } from 'vitest'
import { isGeoJson, share, toneOf } from '../src/state/covering'

describe('a share', () => {
  it('is never a hundred while one household is missing', () => {
    expect(share(999, 1000)).toBe(99)
    expect(share(1000, 1000)).toBe(100)
  })

  it('is nothing where there is nobody to reach', () => {
    expect(share(0, 0)).toBeNull()
    expect(toneOf(null)).toBe('empty')
  })
})

describe('a file of outlines', () => {
  it.each([[null], [{}], [[]], [{ type: 'Point' }], ['text']])('refuses %j', (parsed) => {
    expect(isGeoJson(parsed)).toBe(false)
  })

  it.each(['FeatureCollection', 'Polygon', 'MultiPolygon'])('takes a %s', (type) => {
    expect(isGeoJson({ type })).toBe(true)
  })
})
