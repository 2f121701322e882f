// What is decided at a gate, and what one gate remembers for the next. Decided once, in contracts/cases/gates.json, and
// tested there in both languages. No clock and no numbers of a disease: both are passed in.

import { fromBase64url } from './base64url'

export type GateDecision = 'pass_known' | 'pass_registered' | 'refer_health' | 'hand_over' | 'turn_back' | 'must_pass'

export type GateReason =
  | 'must_pass'
  | 'fever'
  | 'symptom'
  | 'measure'
  | 'village_accepts'
  | 'known'
  | 'registered'
  | 'measure_first'
  | 'rest_first'

interface Words {
  zh: string
  en: string
}

/** What was found of one person: °C, null for not taken; `again_c` is taken after rest. */
export interface Measured {
  temperature_c: number | null
  again_c: number | null
  symptoms: string[]
}

export interface Arrival {
  people: Measured[]
  /** A class that must pass, or ''. */
  must_pass: string
  is_known: boolean
  /** The village they are handed over to, or ''. */
  hand_over_to: string
  /** The measure the gate applies, or ''. */
  measure_id: string
  referred_before: boolean
}

/** A measure by which people may be turned back; its last day counts. */
export interface InForce {
  id: string
  area: string
  starts_on: string
  ends_on: string
}

export interface GateRule {
  /** The gate's own area. */
  area: string
  fever_threshold_c: number
  symptoms_to_refer: string[]
  /** Codes of the classes that must pass. */
  must_pass: string[]
  measures: InForce[]
}

/** Without a decision, `first` says what comes before it. */
export interface GateAnswer {
  decision: GateDecision | ''
  reason: GateReason
  rule: string
  first: '' | 'measure' | 'measure_again'
  is_unwell: boolean
}

export const GATE_DECISIONS: Record<GateDecision, Words> = {
  pass_known: { zh: '放行', en: 'Pass' },
  pass_registered: { zh: '登记放行', en: 'Registered, pass' },
  refer_health: { zh: '转诊', en: 'To a health worker' },
  hand_over: { zh: '移交村（社区）', en: 'Handed over to the village' },
  turn_back: { zh: '劝返', en: 'Turned back' },
  must_pass: { zh: '必须放行', en: 'Must pass' },
}

export const GATE_REASONS: Record<GateReason, Words> = {
  must_pass: { zh: '属于必须放行的情形，不得拦阻。', en: 'Belongs to a class that must never be stopped.' },
  fever: {
    zh: '休息后复测仍达到发热界值。',
    en: 'Still at or above the fever line when measured again after rest.',
  },
  symptom: { zh: '有须转诊的症状。', en: 'Has a symptom that leads to referral.' },
  measure: {
    zh: '现行防控措施不允许通行，可以申诉。',
    en: 'A measure in force does not let this pass; it can be appealed.',
  },
  village_accepts: { zh: '移交目的地村（社区）接收。', en: 'Handed over to the village of destination.' },
  known: { zh: '本村（社区）已登记人员或持有效证件。', en: 'Registered here, or with a valid permit.' },
  registered: { zh: '已登记。', en: 'Registered.' },
  measure_first: { zh: '请先测体温。', en: 'Measure the temperature first.' },
  rest_first: {
    zh: '体温达到发热界值，休息后复测。',
    en: 'At or above the fever line: rest, then measure again.',
  },
}

const answer = (decision: GateDecision | '', reason: GateReason, more: Partial<GateAnswer> = {}): GateAnswer => ({
  decision,
  reason,
  rule: '',
  first: '',
  is_unwell: false,
  ...more,
})

/** The decision for an arrival on a day (YYYY-MM-DD) of the county. */
export function decideAtGate(arrival: Arrival, rule: GateRule, day: string): GateAnswer {
  const sign = signOf(arrival.people, rule)
  const waits = waitsFor(arrival, rule)
  if (rule.must_pass.includes(arrival.must_pass))
    return answer('must_pass', 'must_pass', { is_unwell: sign !== '' || waits === 'measure_again' })
  if (sign) return answer('refer_health', sign, { is_unwell: true })
  if (waits) return answer('', waits === 'measure_again' ? 'rest_first' : 'measure_first', { first: waits })
  if (arrival.measure_id && isInForce(arrival.measure_id, rule, day))
    return answer('turn_back', 'measure', { rule: arrival.measure_id })
  if (arrival.hand_over_to) return answer('hand_over', 'village_accepts')
  if (arrival.is_known) return answer('pass_known', 'known')
  return answer('pass_registered', 'registered')
}

/** Whether a measure holds at this gate on that day; it ends by itself. */
export function isInForce(id: string, rule: GateRule, day: string): boolean {
  return rule.measures.some(
    (one) => one.id === id && rule.area.startsWith(one.area) && one.starts_on <= day && day <= one.ends_on,
  )
}

const PASSES: GateDecision[] = ['pass_known', 'pass_registered', 'must_pass']

/** Whether a correction may decide so: who was let through as a class that must pass never becomes stopped. */
export function mayCorrect(decision: GateDecision | '', classes: string[]): boolean {
  return classes.length === 0 || (decision !== '' && PASSES.includes(decision))
}

/** Whether one person is to be seen by a health worker, and has a slip for it. */
export function needsHealth(one: Measured, rule: GateRule): boolean {
  const last = one.again_c ?? one.temperature_c
  const hot = last !== null && last >= rule.fever_threshold_c
  return hot || one.symptoms.some((symptom) => rule.symptoms_to_refer.includes(symptom))
}

function signOf(people: Measured[], rule: GateRule): '' | 'fever' | 'symptom' {
  const found = people.map((one) => {
    if (one.again_c !== null && one.again_c >= rule.fever_threshold_c) return 'fever'
    return one.symptoms.some((symptom) => rule.symptoms_to_refer.includes(symptom)) ? 'symptom' : ''
  })
  if (found.includes('fever')) return 'fever'
  return found.includes('symptom') ? 'symptom' : ''
}

function waitsFor(arrival: Arrival, rule: GateRule): '' | 'measure' | 'measure_again' {
  const isHot = (one: Measured) => one.temperature_c !== null && one.temperature_c >= rule.fever_threshold_c
  if (arrival.people.some((one) => isHot(one) && one.again_c === null)) return 'measure_again'
  const unmeasured = arrival.people.some((one) => one.temperature_c === null)
  return arrival.referred_before && unmeasured ? 'measure' : ''
}

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** The number of the slip of the `person`-th (from 1) of a passage: from the random end of its id. */
export function slipNumber(passageId: string, person: number): string {
  let rest = BigInt(`0x${passageId.replaceAll('-', '').slice(-10)}`)
  let letters = ''
  for (let place = 0; place < 8; place++) {
    letters = `${LETTERS[Number(rest % 32n)]}${letters}`
    rest /= 32n
  }
  return `${letters.slice(0, 4)}-${letters.slice(4)}-${person}`
}

/** What a gate remembers of somebody: a fingerprint, what was decided, when, where. */
export interface Remembered {
  mark: string
  decision: 'turn_back' | 'refer_health'
  at: string
  gate: string
}

/** The key that fingerprints of one day are made with. */
export interface MemoryKey {
  day: string
  key: string
}

export type MarkKind = 'plate' | 'phone' | 'tail'

export const plainPlate = (plate: string): string => plate.replace(/[\s·.\-—－]+/g, '').toUpperCase()
export const plainPhone = (phone: string): string => phone.replace(/\D/g, '').slice(-11)

const PLAIN: Record<MarkKind, (text: string) => string> = {
  plate: plainPlate,
  phone: plainPhone,
  tail: (text) => text.toUpperCase(),
}

/** The fingerprint of a plate, phone or end of an identity number as the server makes it; '' for nothing. */
export async function markOf(key: string, kind: MarkKind, text: string): Promise<string> {
  const plain = PLAIN[kind](text)
  if (!plain) return ''
  const usable = await crypto.subtle.importKey('raw', fromBase64url(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  const found = await crypto.subtle.sign('HMAC', usable, new TextEncoder().encode(`${kind}\0${plain}`))
  const hex = Array.from(new Uint8Array(found), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.slice(0, 16)
}

/** The fingerprints of everything asked, by each of the keys; what says nothing has none. */
export async function marksOf(keys: MemoryKey[], asked: { kind: MarkKind; text: string }[]): Promise<string[]> {
  const each = keys.flatMap((key) => asked.map((one) => markOf(key.key, one.kind, one.text)))
  return (await Promise.all(each)).filter(Boolean)
}

/** What other gates decided about this vehicle or person within the hours that memory holds, newest first. */
export async function recall(
  memory: Remembered[],
  keys: MemoryKey[],
  asked: { kind: MarkKind; text: string }[],
  now: Date,
  hours: number,
): Promise<Remembered[]> {
  const marks = new Set(await marksOf(keys, asked))
  const since = now.getTime() - hours * 3600000
  return memory
    .filter((one) => marks.has(one.mark) && Date.parse(one.at) >= since)
    .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
}
