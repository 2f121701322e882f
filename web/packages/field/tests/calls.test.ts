import { describe, expect, it } from 'vitest'
import { type CallAnswers, learntByCall } from '../src/store/calls'

const ANSWERS: CallAnswers = {
  person: 'p1',
  toldBy: '电话，邻居说',
  temperature_c: null,
  symptoms: [],
  unwell: '',
  need: { kind: '', what: '' },
}

describe('what a call leaves behind', () => {
  it('is no visit when the reading says it all', () => {
    expect(learntByCall({ ...ANSWERS, temperature_c: 36.5 })).toBeNull()
  })

  it('says who told it, even when all is well', () => {
    expect(learntByCall(ANSWERS)).toEqual({ note: '电话，邻居说' })
  })

  it('names the person with what they lack and what hurts, and sends no empty words', () => {
    const told = { ...ANSWERS, temperature_c: 36.5, unwell: '头痛', need: { kind: 'medicine', what: '' } }
    expect(learntByCall(told)).toEqual({
      symptoms: [{ person_id: 'p1', what: '头痛' }],
      needs: [{ kind: 'medicine', person_id: 'p1' }],
      note: '电话，邻居说',
    })
  })
})
