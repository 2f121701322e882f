// Reads the server's bundle into the phone's shapes; tolerates what an older or newer server leaves out.
import { type AskedList, type CheckAnswer, isoWithOffset } from '@lianfang/core'
import type {
  Bundle,
  DutyShift,
  DutyWish,
  Errand,
  Escalation,
  Household,
  Lead,
  Notice,
  Observation,
  OpenVisit,
  Person,
  Referral,
  Slot,
} from './bundle'
import type { Gate } from './gate'
import { walking } from './work'

type Loose = Record<string, unknown>

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))
const maybe = (value: unknown): string | null => (value ? String(value) : null)
const list = (value: unknown): Loose[] => (Array.isArray(value) ? (value as Loose[]) : [])
const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const pathOf = (value: unknown): string =>
  value && typeof value === 'object' ? text((value as Loose).path) : text(value)

/** The server's bundle as the phone reads it, households in walking order. */
export function readBundle(raw: unknown): Bundle {
  const given = raw as Loose
  return {
    version: Number(given.version ?? 1),
    as_of: text(given.as_of),
    taken_at: isoWithOffset(new Date()),
    keep_days: Number(given.keep_days ?? 7),
    areas: list(given.areas) as unknown as Bundle['areas'],
    households: list(given.households).map(household).sort(walking),
    persons: list(given.persons).map(person),
    observations: list(given.observations).map(observation),
    slots: list(given.slots).map(slot),
    errands: list(given.errands).map(errand),
    visits_open: list(given.visits_open).map(openVisit),
    leads: list(given.leads).map(lead),
    referrals: list(given.referrals).map(referral),
    escalations: list(given.escalations).map(escalation),
    notices: list(given.notices).map(notice),
    duty: duty(given.duty),
    gate: gate(given.gates),
    rules: rules((given.rules ?? {}) as Loose),
    responsible: list(given.responsible) as unknown as Bundle['responsible'],
    card: text(given.card),
    card_key: text(given.card_key),
    done_elsewhere: words(given.done_elsewhere),
    handed_over: words(given.handed_over),
  }
}

function household(given: Loose): Household {
  return {
    id: text(given.id),
    area: pathOf(given.area),
    door_no: text(given.door_no),
    address: text(given.address),
    head: text(given.head ?? given.head_name),
    phone: text(given.phone),
    note: text(given.note),
    status: text(given.status) || 'occupied',
    initials: text(given.initials),
    order: given.order === null || given.order === undefined ? null : Number(given.order),
    flags: words(given.flags),
    version: Number(given.version ?? 1),
  }
}

function person(given: Loose): Person {
  return {
    id: text(given.id),
    household_id: maybe(given.household_id),
    name: text(given.name),
    initials: text(given.initials),
    sex: maybe(given.sex),
    age: given.age === null || given.age === undefined ? null : Number(given.age),
    phone: maybe(given.phone),
    relation: text(given.relation),
    status: text(given.status) || 'resident',
    flags: words(given.flags),
    version: Number(given.version ?? 1),
  }
}

function observation(given: Loose): Observation {
  return {
    id: text(given.id),
    person_id: text(given.person_id),
    starts_on: text(given.starts_on),
    ends_on: text(given.ends_on),
    state: text(given.state),
  }
}

function slot(given: Loose): Slot {
  const observed = text(given.observation_id ?? given.order_id)
  return {
    id: text(given.id ?? `${observed}/${given.day_on}/${given.slot}`),
    observation_id: observed,
    person_id: text(given.person_id),
    day_on: text(given.day_on),
    slot: given.slot === 'evening' ? 'evening' : 'morning',
    closes_at: maybe(given.closes_at ?? given.due_at),
    state: (text(given.state) || 'due') as Slot['state'],
  }
}

function errand(given: Loose): Errand {
  return {
    id: text(given.id),
    household_id: maybe(given.household_id),
    person_id: maybe(given.person_id),
    kind: text(given.kind),
    what: text(given.what),
    state: text(given.state),
    due_at: maybe(given.due_at),
  }
}

function openVisit(given: Loose): OpenVisit {
  return {
    id: text(given.id ?? given.household_id),
    campaign_id: maybe(given.campaign_id),
    household_id: text(given.household_id),
    title: (given.title ?? '') as OpenVisit['title'],
    due_at: maybe(given.due_at),
    last_outcome: maybe(given.last_outcome),
  }
}

function lead(given: Loose): Lead {
  return {
    id: text(given.id),
    area: pathOf(given.area),
    name: text(given.name),
    phone: text(given.phone),
    address: text(given.address),
    source: text(given.source),
    person_id: maybe(given.person),
    tries: Number(given.tries ?? 0),
    returned_on: maybe(given.returned_on),
    due_at: maybe(given.due_at),
  }
}

function referral(given: Loose): Referral {
  return {
    id: text(given.id),
    person_id: maybe(given.person),
    name: text(given.name),
    phone: text(given.phone),
    address: text(given.address),
    reasons: text(given.reasons),
    state: text(given.state) || 'open',
    opened_at: text(given.opened_at),
    refer_by: maybe(given.refer_by),
  }
}

function escalation(given: Loose): Escalation {
  return {
    id: text(given.id),
    person_id: maybe(given.person),
    name: text(given.name),
    missed: Array.isArray(given.missed) ? given.missed.length : 0,
    since: text(given.since),
  }
}

function notice(given: Loose): Notice {
  return {
    id: text(given.id),
    title: (given.title ?? '') as Notice['title'],
    text: (given.text ?? '') as Notice['text'],
    at: text(given.at),
    read: Boolean(given.read),
    household_id: maybe(given.household_id),
  }
}

function duty(given: unknown): Bundle['duty'] {
  if (!given || typeof given !== 'object') return null
  const told = given as Loose
  return {
    shifts: list(told.shifts).map((one) => ({
      id: text(one.id),
      post_id: text(one.post_id),
      post: text(one.post),
      place: text(one.place),
      kind: (one.kind ?? '') as DutyShift['kind'],
      starts_at: text(one.starts_at),
      ends_at: text(one.ends_at),
      state: text(one.state),
      signed_in_at: maybe(one.signed_in_at),
      signed_out_at: maybe(one.signed_out_at),
      informed: Number(one.informed ?? 0),
      leaflets: Number(one.leaflets ?? 0),
      meals: Number(one.meals ?? 0),
    })),
    notes: list(told.notes).map((one) => ({
      id: text(one.id),
      post_id: text(one.post_id),
      written_at: text(one.written_at),
      by: text(one.by),
      open_people: text(one.open_people),
      open_vehicles: text(one.open_vehicles),
      equipment: text(one.equipment),
      stock: text(one.stock),
      matters: text(one.matters),
    })),
    checks: list(told.checks).map((one) => ({
      post_id: text(one.post_id),
      on: text(one.on),
      lists: list(one.lists).map(askedList),
    })),
    ...(Array.isArray(told.wishes)
      ? { wishes: list(told.wishes).map(wish), wish_ahead_days: Number(told.wish_ahead_days ?? 0) }
      : {}),
    early_minutes: Number(told.early_minutes ?? 0),
  }
}

function wish(given: Loose): DutyWish {
  return {
    id: text(given.id),
    from_on: text(given.from_on),
    until_on: text(given.until_on),
    wants: given.wants === 'serve' ? 'serve' : 'off',
    part: given.part === 'day' || given.part === 'night' ? given.part : 'any',
    settled: Number(given.settled ?? 0),
    kept: Number(given.kept ?? 0),
  }
}

function askedList(given: Loose): AskedList {
  return {
    id: text(given.id),
    name: text(given.name),
    points: list(given.points).map((one) => ({
      point: text(one.point),
      ...(one.answer ? { answer: one.answer as CheckAnswer, note: text(one.note) } : {}),
    })),
  }
}

/** A gate without a fever line decides nothing: what the server left out is not made up here. */
function gate(given: unknown): Bundle['gate'] {
  if (!given || typeof given !== 'object') return null
  const told = given as Loose
  const posts = list(told.posts) as unknown as Gate['posts']
  if (posts.length === 0) return null
  return {
    posts,
    must_pass: list(told.must_pass) as unknown as Gate['must_pass'],
    measures: list(told.measures) as unknown as Gate['measures'],
    memory_hours: Number(told.memory_hours ?? 0),
    memory_keys: list(told.memory_keys) as unknown as Gate['memory_keys'],
    memory: list(told.memory) as unknown as Gate['memory'],
    locals: list(told.locals).map((one) => ({
      id: text(one.id),
      name: text(one.name),
      initials: text(one.initials),
      door: text(one.door),
      tails: words(one.tails),
      plates: words(one.plates),
    })),
    villages: list(told.villages) as unknown as Gate['villages'],
    permits: permits(told.permits),
  }
}

/** The list of revoked permits is as old as this phone's last answer from the server. */
function permits(given: unknown): Gate['permits'] {
  const told = given as Gate['permits']
  return told ? { ...told, revoked: { ...told.revoked, at: isoWithOffset(new Date()) } } : null
}

/** The phone refuses to invent a fever line: without one from the server, every reading is the server's to judge. */
function rules(given: Loose): Bundle['rules'] {
  return {
    fever_threshold_c: Number(given.fever_threshold_c ?? Number.POSITIVE_INFINITY),
    symptoms_to_refer: words(given.symptoms_to_refer),
    refer_within_hours: Number(given.refer_within_hours ?? 0),
  }
}
