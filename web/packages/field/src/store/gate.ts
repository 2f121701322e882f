// One passage as it is taken at a gate, and what this phone knows of who passes. Pure: knows no interface and no clock.
import {
  type Arrival,
  type Bilingual,
  type Entry,
  GATE_DECISIONS,
  type GateAnswer,
  type GateDecision,
  type GateRule,
  type InForce,
  type Measured,
  type MemoryKey,
  marksOf,
  plainPhone,
  plainPlate,
  type Remembered,
} from '@lianfang/core'
import type { PermitBundle, PermitUse } from '@lianfang/core/permits'
import { bothWays } from '../i18n'
import type { NewWork } from './outbox'

/** Somebody of the gate's own village, in as few words as finding them takes. */
export interface Local {
  id: string
  name: string
  initials: string
  door: string
  /** The last four digits of their phones. */
  tails: string[]
  /** Fingerprints of plates, by the newest key. */
  plates: string[]
}

export interface GatePost {
  id: string
  number: string
  name: string
  area: string
  rule: {
    fever_threshold_c: number
    symptoms_to_refer: string[]
    rest_minutes: number
  }
  appeal: { office: string; hotline: string }
}

export interface Choice {
  code: string
  label: Bilingual
}

/** A measure by which somebody may be turned back today. */
export interface Measure extends InForce {
  kind: string
  authority: string
  legal_basis: string
  notice_text: string
}

export interface Gate {
  posts: GatePost[]
  must_pass: Choice[]
  measures: Measure[]
  memory_hours: number
  memory_keys: MemoryKey[]
  memory: Remembered[]
  locals: Local[]
  /** Where somebody can be handed over to. */
  villages: { path: string; name: string }[]
  permits: PermitBundle | null
}

/** The numbers and measures by which this gate decides. */
export function ruleOf(gate: Gate, post: GatePost): GateRule {
  return {
    area: post.area,
    fever_threshold_c: post.rule.fever_threshold_c,
    symptoms_to_refer: post.rule.symptoms_to_refer,
    must_pass: gate.must_pass.map((one) => one.code),
    measures: gate.measures,
  }
}

/** What a measure is called where somebody is turned back by it. */
export function measureName(measure: Measure): string {
  return [measure.authority, measure.legal_basis].filter(Boolean).join(' ') || measure.notice_text
}

export interface Occupant extends Measured {
  person_id: string
  name: string
  phone: string
  id_tail: string
  home: string
}

export interface Draft {
  direction: 'in' | 'out'
  plate: string
  people: Occupant[]
  heads: number
  came_from: string
  goes_to: string
  purpose: string
  must_pass: string
  /** The measure by which they are turned back, or ''. */
  measure_id: string
  /** The village they are handed over to, or ''. */
  destination_path: string
  permit_serial: number | null
  permit_reason: string
  /** From when on somebody who rests can be measured again (milliseconds since 1970), or 0. */
  again_at: number
  /** The passage that this one corrects and why, or ''. */
  corrects: string
  why: string
}

export function newDraft(direction: Draft['direction']): Draft {
  return {
    direction, plate: '', people: [], heads: 0, came_from: '', goes_to: '', purpose: '', must_pass: '', measure_id: '',
    destination_path: '', permit_serial: null, permit_reason: '', again_at: 0, corrects: '',
    why: '',
  } // biome-ignore format: one line for each thought
}

export function stranger(): Occupant {
  return { person_id: '', name: '', phone: '', id_tail: '', home: '', temperature_c: null, again_c: null, symptoms: [] }
}

export function occupant(local: Local): Occupant {
  return { ...stranger(), person_id: local.id, name: local.name, home: local.door }
}

export const RECORD = 'checkpoints.record_passage'
export const CORRECT = 'checkpoints.correct_passage'
const MOST = 8

/** Who of the village may be meant by a name, initials, the end of a phone or the fingerprint of a plate. */
export function findLocals(locals: Local[], typed: string, plateMark = ''): Local[] {
  const wanted = typed.trim()
  if (!wanted) return []
  const letters = wanted.toLowerCase()
  const digits = /^\d{3,}$/.test(wanted) ? wanted.slice(-4) : ''
  const fits = (one: Local) =>
    one.name.includes(wanted) ||
    one.initials
      .toLowerCase()
      .split(/\s+/)
      .some((each) => each.startsWith(letters)) ||
    (digits !== '' && (one.tails.some((tail) => tail.endsWith(digits)) || one.door.startsWith(wanted))) ||
    (plateMark !== '' && one.plates.includes(plateMark))
  return locals.filter(fits).slice(0, MOST)
}

export function isPlate(typed: string): boolean {
  return /^[\u4e00-\u9fff][A-Za-z][A-Za-z0-9·.\s-]{4,8}[\u4e00-\u9fff]?$/.test(typed.trim())
}

/** Everybody of the vehicle is known here, or a permit that holds was shown. */
export function isKnown(draft: Draft): boolean {
  if (draft.permit_reason === 'valid') return true
  return (
    draft.people.length > 0 && draft.people.every((one) => one.person_id !== '') && draft.heads <= draft.people.length
  )
}

export function arrivalOf(draft: Draft, referredBefore: boolean): Arrival {
  return {
    people: draft.people.map(({ temperature_c, again_c, symptoms }) => ({ temperature_c, again_c, symptoms })),
    must_pass: draft.must_pass,
    is_known: isKnown(draft),
    hand_over_to: draft.destination_path,
    measure_id: draft.measure_id,
    referred_before: referredBefore,
  }
}

/** What the memory of gates is asked about this vehicle and these people. */
export function askedOf(draft: Pick<Draft, 'plate' | 'people'>): { kind: 'plate' | 'phone' | 'tail'; text: string }[] {
  return [
    ...(draft.plate ? [{ kind: 'plate' as const, text: draft.plate }] : []),
    ...draft.people.flatMap((one) => [
      ...(plainPhone(one.phone).length >= 7 ? [{ kind: 'phone' as const, text: one.phone }] : []),
      ...(one.id_tail ? [{ kind: 'tail' as const, text: one.id_tail }] : []),
    ]),
  ]
}

const filled = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([, value]) => value !== '' && value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  )

/** What is sent of who passed: all of it, because a correction says anew what was left empty too. */
function saidOf(draft: Draft, decision: string): Record<string, unknown> {
  return {
    direction: draft.direction,
    decision,
    is_known: isKnown(draft),
    people: draft.people.map(({ home: _home, ...one }) => filled(one)),
    ...(draft.heads > draft.people.length ? { heads: draft.heads } : {}),
    plate: plainPlate(draft.plate), came_from: draft.came_from, goes_to: draft.goes_to, purpose: draft.purpose,
    must_pass: draft.must_pass, measure_id: decision === 'turn_back' ? draft.measure_id : null,
    destination_path: decision === 'hand_over' ? draft.destination_path : '',
  } // biome-ignore format: one line for each thought
}

export function passageCommand(draft: Draft, post: GatePost, answer: GateAnswer): NewWork {
  const { decision } = answer
  const { people, is_known, ...said } = saidOf(draft, decision)
  const { permit_serial, permit_reason } = draft
  return {
    action: RECORD,
    input: { post_id: post.id, is_known, people, ...filled({ ...said, permit_serial, permit_reason }) },
    label: labelOf('labels.passage', draft, decision),
    subject: `passage/${draft.direction}`,
  }
}

/** The correction of a passage that this phone recorded: a new entry that names it; the old one stays as it is. */
export function correctionCommand(draft: Draft, answer: GateAnswer): NewWork {
  return {
    action: CORRECT,
    input: { passage_id: draft.corrects, reason: draft.why, ...saidOf(draft, answer.decision) },
    label: labelOf('labels.correction', draft, answer.decision),
    subject: `passage/${draft.corrects}`,
  }
}

function labelOf(key: string, draft: Draft, decision: GateAnswer['decision']): NewWork['label'] {
  return bothWays(key, (locale) => ({
    who: draft.plate || draft.people[0]?.name || '',
    decision: decision ? GATE_DECISIONS[decision][locale === 'en' ? 'en' : 'zh'] : '',
  }))
}

interface Sent {
  passage_id?: string
  direction?: Draft['direction']
  decision?: GateDecision
  plate?: string
  people?: Partial<Occupant>[]
  heads?: number
  came_from?: string
  goes_to?: string
  purpose?: string
  must_pass?: string
  measure_id?: string | null
  destination_path?: string
  permit_serial?: number
  permit_reason?: string
}

/** A passage as it stands on this phone: `ids` are of the first entry and of its corrections, the newest last. */
export interface Stood {
  at: string
  ids: string[]
  given: Sent
  /** The classes that must pass it was ever in. */
  classes: string[]
}

/** What this phone recorded at a gate and the server has not refused, as it was corrected since; the oldest first. */
export function passagesOf(entries: Entry[]): Stood[] {
  const kept = entries.filter((one) => one.state !== 'refused')
  const corrected = new Map(
    kept.filter((one) => one.action === CORRECT).map((one) => [(one.input as Sent).passage_id, one]),
  )
  const stood = (first: Entry): Stood => {
    const line = [first]
    for (let next = corrected.get(first.id); next; next = corrected.get(next.id)) line.push(next)
    const given = line.map((one) => one.input as Sent)
    return {
      at: first.happened_at,
      ids: line.map((one) => one.id),
      given: Object.assign({}, ...given) as Sent,
      classes: given.flatMap((one) => one.must_pass || []),
    }
  }
  return kept
    .filter((one) => one.action === RECORD)
    .map(stood)
    .sort((one, other) => (one.at < other.at ? -1 : 1))
}

/** A recorded passage as a draft again, to be corrected. */
export function draftOf(stood: Stood): Draft {
  const { people = [], direction = 'in', ...said } = stood.given
  return {
    ...newDraft(direction),
    ...pickSaid(said),
    people: people.map((one) => ({ ...stranger(), ...one })),
    corrects: stood.ids.at(-1) ?? '',
  }
}

function pickSaid(said: Sent): Partial<Draft> {
  const { plate = '', heads = 0, came_from = '', goes_to = '', purpose = '', must_pass = '' } = said
  const { measure_id, destination_path = '', permit_serial = null, permit_reason = '' } = said
  return {
    plate, heads, came_from, goes_to, purpose, must_pass, measure_id: measure_id ?? '', destination_path, permit_serial,
    permit_reason,
  } // biome-ignore format: one line for each thought
}

/** The entry whose id numbers the slips: the first of the line that was decided so, as on the server. */
export function slipBase(entries: Entry[], id: string): string {
  const entry = entries.find((one) => one.id === id)
  const given: Sent = entry?.input ?? {}
  const before = entries.find((one) => one.id === given.passage_id)
  const same = before && (before.input as Sent).decision === given.decision
  return same ? slipBase(entries, before.id) : id
}

/** When this phone let somebody out with a permit and in again: what the permit's limits are held against. */
export function usesOf(entries: Entry[], serial: number): PermitUse[] {
  const uses: PermitUse[] = []
  for (const { at, given } of passagesOf(entries).filter((one) => one.given.permit_serial === serial)) {
    const last = uses.at(-1)
    if (given.direction === 'out') uses.push({ out_at: at, in_at: null })
    else if (last && last.in_at === null) last.in_at = at
  }
  return uses
}

/** What this phone itself has decided and the server may not know yet, from its own queue. */
export async function ownMemory(entries: Entry[], keys: MemoryKey[], gate: string): Promise<Remembered[]> {
  const found = passagesOf(entries).map(async ({ at, given: { decision, plate = '', people = [] } }) => {
    if (decision !== 'turn_back' && decision !== 'refer_health') return []
    const asked = askedOf({ plate, people: people.map((one) => ({ ...stranger(), ...one })) })
    return (await marksOf(keys, asked)).map((mark): Remembered => ({ mark, decision, at, gate }))
  })
  return (await Promise.all(found)).flat()
}
