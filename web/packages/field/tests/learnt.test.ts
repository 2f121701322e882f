import { describe, expect, it } from 'vitest'
import { learntInput } from '../src/store/learnt'

const learnt = {
  returnee: { name: '王强', came_from: '武汉', came_on: '2020-01-23' },
  symptoms: { person_id: '', what: '咳嗽' },
  need: { kind: '', person_id: '', what: '' },
  roster: { note: '' },
}

describe('what a visit learnt', () => {
  it('is nothing when no part was opened', () => {
    expect(learntInput([], learnt)).toBeNull()
  })

  it('carries the parts that were opened, without what was left empty', () => {
    expect(learntInput(['returnee', 'symptoms'], learnt)).toEqual({
      returnees: [{ name: '王强', came_from: '武汉', came_on: '2020-01-23' }],
      symptoms: [{ what: '咳嗽' }],
    })
  })
})
