// What the phone holds of its own grids, as it comes from /api/sync/bundle. Shapes only.
import type { AreaRef, AskedList, Bilingual } from '@lianfang/core'
import type { Gate } from './gate'

export interface Household {
  id: string
  area: string
  door_no: string
  address: string
  head: string
  phone: string
  note: string
  status: string
  initials: string
  order: number | null
  flags: string[]
  /** What an edit made here starts from. */
  version: number
}

export interface Person {
  id: string
  household_id: string | null
  name: string
  initials: string
  sex: string | null
  age: number | null
  phone: string | null
  relation: string
  status: string
  flags: string[]
  /** What an edit made here starts from. */
  version: number
}

export interface Observation {
  id: string
  person_id: string
  starts_on: string
  ends_on: string
  state: string
}

export type SlotState = 'upcoming' | 'due' | 'missed' | 'recorded'

export interface Slot {
  id: string
  observation_id: string
  person_id: string
  day_on: string
  slot: 'morning' | 'evening'
  closes_at: string | null
  state: SlotState
}

export interface Errand {
  id: string
  household_id: string | null
  person_id: string | null
  kind: string
  what: string
  state: string
  due_at: string | null
}

export interface OpenVisit {
  id: string
  campaign_id: string | null
  household_id: string
  title: Bilingual | string
  due_at: string | null
  last_outcome: string | null
}

/** Somebody's word about a person, sent to this worker to be looked into. */
export interface Lead {
  id: string
  area: string
  name: string
  phone: string
  address: string
  source: string
  /** The registered person it was found to be, if any. */
  person_id: string | null
  tries: number
  returned_on: string | null
  due_at: string | null
}

export interface Referral {
  id: string
  person_id: string | null
  name: string
  phone: string
  address: string
  reasons: string
  state: string
  opened_at: string
  refer_by: string | null
}

/** Slots missed in a row, until somebody says what was done about it. */
export interface Escalation {
  id: string
  person_id: string | null
  name: string
  missed: number
  since: string
}

export interface Notice {
  id: string
  title: Bilingual | string
  text: Bilingual | string
  at: string
  read: boolean
  household_id: string | null
}

/** One of one's own shifts, from those told to the worker on. */
export interface DutyShift {
  id: string
  post_id: string
  /** Number and name of the post, and where it stands. */
  post: string
  place: string
  kind: Bilingual | string
  starts_at: string
  ends_at: string
  state: string
  signed_in_at: string | null
  signed_out_at: string | null
  informed: number
  leaflets: number
  meals: number
}

/** What the shift before handed over and nobody has confirmed. */
export interface DutyNote {
  id: string
  post_id: string
  written_at: string
  by: string
  open_people: string
  open_vehicles: string
  equipment: string
  stock: string
  matters: string
}

export interface PostAsked {
  post_id: string
  on: string
  lists: AskedList[]
}

/** Days one would like off or on duty; of those for which a roster is published, how many it keeps. */
export interface DutyWish {
  id: string
  from_on: string
  until_on: string
  wants: 'off' | 'serve'
  part: 'any' | 'day' | 'night'
  settled: number
  kept: number
}

export interface Duty {
  shifts: DutyShift[]
  notes: DutyNote[]
  /** Nothing for who does not serve, and in what an older app took in. */
  wishes?: DutyWish[]
  wish_ahead_days?: number
  /** What is asked at one's posts today; nothing in what an older app took in. */
  checks?: PostAsked[]
  /** How many minutes before a shift begins one may sign in. */
  early_minutes: number
}

export interface Answerable {
  name: string
  role: Bilingual | string
  phone: string | null
}

export interface Rules {
  fever_threshold_c: number
  symptoms_to_refer: string[]
  refer_within_hours: number
}

export interface Bundle {
  version: number
  as_of: string
  /** When this phone took it in, by the phone's own clock. */
  taken_at?: string
  /** For how many days without contact the phone may hold this. */
  keep_days: number
  areas: AreaRef[]
  /** In walking order. */
  households: Household[]
  persons: Person[]
  observations: Observation[]
  slots: Slot[]
  errands: Errand[]
  visits_open: OpenVisit[]
  leads: Lead[]
  referrals: Referral[]
  escalations: Escalation[]
  notices: Notice[]
  /** None for whoever stands at no post. */
  duty: Duty | null
  /** None for whoever records no passages. */
  gate: Gate | null
  rules: Rules
  responsible: Answerable[]
  /** This phone's card and the key it is signed with: who works on it and where, for phones met without a network. */
  card: string
  card_key: string
  /** What another phone recorded before it handed its work over, and households whose work went to another phone. */
  done_elsewhere: string[]
  handed_over: string[]
}
