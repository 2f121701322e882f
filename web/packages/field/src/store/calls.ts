// What a phone call leaves behind, as the inputs of a reading and of a visit. Pure: answers go in, inputs come out.
import type { Learnt } from './learnt'
import { learntInput } from './learnt'

/** Who told it: the people a worker hears from when somebody has no phone or cannot speak. */
export const TELLERS = ['self', 'household', 'neighbour'] as const
export type Teller = (typeof TELLERS)[number]

export interface CallAnswers {
  person: string
  /** Who told it, in words that a reader of the record understands. */
  toldBy: string
  temperature_c: number | null
  symptoms: string[]
  unwell: string
  need: { kind: string; what: string }
}

export function hasReading(answers: CallAnswers): boolean {
  return answers.temperature_c !== null || answers.symptoms.length > 0
}

/** What the visit's own input takes of a call; nothing when the reading says it all. */
export function learntByCall(answers: CallAnswers): Record<string, unknown> | null {
  const told: Learnt = {
    returnee: { name: '', came_from: '', came_on: '' },
    symptoms: { person_id: answers.person, what: answers.unwell },
    need: { ...answers.need, person_id: answers.person },
    roster: { note: '' },
  }
  const parts = [...(answers.unwell ? (['symptoms'] as const) : []), ...(answers.need.kind ? (['need'] as const) : [])]
  if (parts.length === 0 && hasReading(answers)) return null
  return { ...learntInput(parts, told), note: answers.toldBy }
}
