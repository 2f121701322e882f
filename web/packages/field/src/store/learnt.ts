// What one visit learnt at the door, as the visit's own input. Only the parts that were opened are sent.

export type LearntPart = 'returnee' | 'symptoms' | 'need' | 'roster'

export interface Learnt {
  returnee: { name: string; from: string; on: string }
  symptoms: { person_id: string; what: string }
  need: { kind: string; person_id: string; what: string }
  roster: { what: string }
}

export function learntInput(open: LearntPart[], learnt: Learnt): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const part of open) input[part] = withoutEmpty(learnt[part])
  return input
}

function withoutEmpty(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))
}
