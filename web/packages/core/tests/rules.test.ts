import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { judgeReading, type ReadingRule } from '../src'

interface Case {
  name: string
  input: { at: string; temperature_c: number | null; symptoms: string[] } & ReadingRule
  expected: { refer: boolean; refer_by: string | null }
}

const cases = JSON.parse(readFileSync(new URL('../../../../contracts/cases/observation.json', import.meta.url), 'utf8'))

describe('a reading is judged on the phone as on the server', () => {
  it.each(cases.judge_reading as Case[])('$name', ({ input, expected }) => {
    const found = judgeReading(input, input)
    expect(found.refer).toBe(expected.refer)
    expect(found.refer_by && new Date(found.refer_by).getTime()).toBe(
      expected.refer_by && new Date(expected.refer_by).getTime(),
    )
  })
})
