import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type Arrival,
  decideAtGate,
  GATE_DECISIONS,
  GATE_REASONS,
  type GateAnswer,
  type GateDecision,
  type MarkKind,
  type Measured,
  markOf,
  mayCorrect,
  needsHealth,
  recall,
  slipNumber,
} from '../src'

const cases = JSON.parse(readFileSync(new URL('../../../../contracts/cases/gates.json', import.meta.url), 'utf8'))
const rule = { ...cases.rule, must_pass: cases.must_pass }

describe('a gate decides on the phone as on the server', () => {
  it.each(cases.decide as { name: string; arrival: Arrival; on: string; expected: GateAnswer }[])(
    '$name',
    ({ arrival, on, expected }) => {
      expect(decideAtGate(arrival, rule, on)).toEqual(expected)
    },
  )
  it('says it in the same words', () => {
    expect(GATE_DECISIONS).toEqual(cases.words.decisions)
    expect(GATE_REASONS).toEqual(cases.words.reasons)
  })
})

describe('a correction', () => {
  it.each(cases.correct as { decision: GateDecision; classes: string[]; allowed: boolean }[])(
    'to $decision of who was in $classes: $allowed',
    ({ decision, classes, allowed }) => {
      expect(mayCorrect(decision, classes)).toBe(allowed)
    },
  )
})

describe('who is sent to a health worker', () => {
  it.each(cases.needs_health as { person: Measured; expected: boolean }[])(
    '$person: $expected',
    ({ person, expected }) => {
      expect(needsHealth(person, rule)).toBe(expected)
    },
  )
})

describe('a slip has the number that the server makes', () => {
  it.each(cases.slip_numbers as { passage_id: string; person: number; expected: string }[])(
    '$expected',
    ({ passage_id, person, expected }) => {
      expect(slipNumber(passage_id, person)).toBe(expected)
    },
  )
})

describe('a gate remembers what the next one must know', () => {
  it.each(cases.marks as { kind: MarkKind; text: string; expected: string }[])(
    'the mark of $kind $text',
    async ({ kind, text, expected }) => {
      expect(await markOf(cases.memory_key, kind, text)).toBe(expected)
    },
  )

  const one = { mark: cases.marks[0].expected, decision: 'turn_back' as const, gate: '东门' }
  const keys = [{ day: '2020-02-03', key: cases.memory_key as string }]
  const asked = [{ kind: 'plate' as const, text: '晋M12345' }]

  it('finds the same car, the newest first', async () => {
    const memory = [
      { ...one, at: '2020-02-03T08:00:00Z' },
      { ...one, at: '2020-02-03T09:00:00Z' },
    ]
    const found = await recall(memory, keys, asked, new Date('2020-02-03T10:00:00Z'), 24)
    expect(found.map((each) => each.at)).toEqual(['2020-02-03T09:00:00Z', '2020-02-03T08:00:00Z'])
  })
  it('forgets after its hours, and finds no other car', async () => {
    const memory = [{ ...one, at: '2020-02-03T08:00:00Z' }]
    expect(await recall(memory, keys, asked, new Date('2020-02-04T08:00:01Z'), 24)).toEqual([])
    const other = [{ kind: 'plate' as const, text: '晋M12346' }]
    expect(await recall(memory, keys, other, new Date('2020-02-03T10:00:00Z'), 24)).toEqual([])
  })
})
