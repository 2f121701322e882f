// The few rules a phone must know at the door. Each is decided once, in contracts/cases, and tested there in both
// languages. No clock, no numbers of a disease: both are passed in.

import { isoWithOffset } from './moments'

export interface ReadingRule {
  fever_threshold_c: number
  symptoms_to_refer: string[]
  refer_within_hours: number
}

export interface Judgement {
  refer: boolean
  refer_by: string | null
}

/** Whether a reading needs a referral, and by when. The clock starts when the reading was taken. */
export function judgeReading(
  reading: { at: string; temperature_c: number | null; symptoms: string[] },
  rule: ReadingRule,
): Judgement {
  const fever = reading.temperature_c !== null && reading.temperature_c >= rule.fever_threshold_c
  const symptom = reading.symptoms.some((one) => rule.symptoms_to_refer.includes(one))
  if (!fever && !symptom) return { refer: false, refer_by: null }
  const by = new Date(new Date(reading.at).getTime() + rule.refer_within_hours * 3600000)
  return { refer: true, refer_by: isoWithOffset(by) }
}
