import { describe, expect, it } from 'vitest'
import { scannedIn } from '../src/store/scanned'

/** An identity number that nobody has: its last character is worked out. */
function number(first17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
  const sum = weights.reduce((all, weight, place) => all + weight * Number(first17[place]), 0)
  return first17 + '10X98765432'[sum % 11]
}

describe('what a reader types', () => {
  it.each(['', '李远', '36.5', '13900001111', '1234567890123456', '110101190001010000'])(
    'is not what a person types: %s',
    (typed) => {
      expect(scannedIn(typed)).toBeNull()
    },
  )
  it('is no identity number when its check does not fit, nor when it is longer', () => {
    const right = number('11010119000101001')
    const wrong = right.slice(0, 17) + (right[17] === '1' ? '2' : '1')
    expect(scannedIn(wrong)).toBeNull()
    expect(scannedIn(`9${right}`)).toBeNull()
  })
  it('is a permit or what another gate shows, also after what was typed before', () => {
    expect(scannedIn('LFP1:6BF $*')).toEqual({ kind: 'code', text: 'LFP1:6BF $*', typed: 'LFP1:6BF $*' })
    expect(scannedIn('李远LFG1:abc.def')).toEqual({ kind: 'code', text: 'LFG1:abc.def', typed: 'LFG1:abc.def' })
  })
  it('is the end of an identity number, and no more of it than that', () => {
    const whole = number('11010119000101001')
    for (const before of ['', '李远 ', '李远,男,'])
      expect(scannedIn(`${before}${whole}`)).toEqual({ kind: 'tail', text: whole.slice(-6), typed: whole })
    expect(scannedIn(`${whole},`)?.typed).toBe(`${whole},`)
  })
  it('is a plate, of either length', () => {
    for (const plate of ['晋M12345', '晋MD12345', '晋M1234学'])
      expect(scannedIn(plate)).toEqual({ kind: 'plate', text: plate, typed: plate })
  })
})
