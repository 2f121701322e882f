// What one visit learnt at the door, as the visit's own input. Only the parts that were opened are sent.

export type LearntPart = 'returnee' | 'symptoms' | 'need' | 'roster'

export interface Learnt {
  returnee: { name: string; came_from: string; came_on: string }
  symptoms: { person_id: string; what: string }
  need: { kind: string; person_id: string; what: string }
  roster: { note: string }
}

export function learntInput(open: LearntPart[], learnt: Learnt): Record<string, unknown> | null {
  const has = (part: LearntPart) => open.includes(part)
  if (open.length === 0) return null
  return {
    ...(has('returnee') ? { returnees: [withoutEmpty(learnt.returnee)] } : {}),
    ...(has('symptoms') ? { symptoms: [withoutEmpty(learnt.symptoms)] } : {}),
    ...(has('need') ? { needs: [withoutEmpty(learnt.need)] } : {}),
    ...(has('roster') ? { roster: withoutEmpty(learnt.roster) } : {}),
  }
}

function withoutEmpty(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))
}
