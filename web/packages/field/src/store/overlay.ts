// The downloaded grid with what this phone has edited since. Pure: a grid and the queue go in, a grid comes out.
// An edit shows at once and for as long as the grid on the phone is older than it; the server's word follows.
import type { Entry } from '@lianfang/core'
import type { Bundle, Household, Person } from './bundle'
import { walking } from './work'

type Input = Record<string, unknown>

const HOUSES = new Set(['people.add_household', 'people.edit_household'])
const PEOPLE = new Set(['people.add_person', 'people.edit_person', 'people.move_person', 'people.set_vulnerability'])
const GONE = new Set(['moved', 'died'])
/** The server takes the names of this many earlier edits. */
const MOST = 50

/** The grid with this phone's own edits of it, oldest first; the same grid when there are none. */
export function withEdits(bundle: Bundle, entries: Entry[]): Bundle {
  const edits = entries.filter((entry) => isEdit(entry) && stands(entry)).sort(oldestFirst)
  if (edits.length === 0) return bundle
  const homes = new Map(bundle.households.map((one) => [one.id, one]))
  const people = new Map(bundle.persons.map((one) => [one.id, one]))
  for (const edit of edits) {
    if (HOUSES.has(edit.action)) editHome(homes, edit, bundle)
    else editPerson(people, edit, bundle)
  }
  return {
    ...bundle,
    households: [...homes.values()].sort(walking),
    persons: [...people.values()].filter((one) => !GONE.has(one.status)),
  }
}

/** This phone's own edits of one record, which a new edit stands on: their versions may not be known here yet. */
export function editsOf(record: string, entries: Entry[]): string[] {
  const own = entries.filter((entry) => isEdit(entry) && recordOf(entry) === record).sort(oldestFirst)
  return own.map((entry) => entry.id).slice(-MOST)
}

function isEdit(entry: Entry): boolean {
  return HOUSES.has(entry.action) || PEOPLE.has(entry.action)
}

/** Refused edits do not hold, nor does one that the server kept beside another until somebody chooses. */
function stands(entry: Entry): boolean {
  return (entry.state === 'waiting' || entry.state === 'sent') && !entry.beside
}

function oldestFirst(one: Entry, other: Entry): number {
  return one.queued_at < other.queued_at ? -1 : one.queued_at > other.queued_at ? 1 : one.id < other.id ? -1 : 1
}

/** A new record's id is that of the command that adds it. */
function recordOf(entry: Entry): string {
  if (entry.action.startsWith('people.add_')) return entry.id
  return String(entry.input.household_id && HOUSES.has(entry.action) ? entry.input.household_id : entry.input.person_id)
}

function isNewer(edit: Entry, version: number): boolean {
  return edit.state === 'waiting' || (edit.left_version ?? 0) > version
}

/** A record added here is shown until a grid that was fetched later says better. */
function isMissing(edit: Entry, bundle: Bundle): boolean {
  return edit.state === 'waiting' || (edit.settled_at ?? '') >= (bundle.taken_at ?? '')
}

function editHome(homes: Map<string, Household>, edit: Entry, bundle: Bundle): void {
  const id = recordOf(edit)
  const known = homes.get(id)
  if (edit.action === 'people.add_household') {
    if (!known && isMissing(edit, bundle)) homes.set(id, { ...newHome(id), ...homeFields(edit.input) })
  } else if (known && isNewer(edit, known.version)) {
    homes.set(id, { ...known, ...homeFields(edit.input) })
  }
}

function newHome(id: string): Household {
  return {
    id,
    area: '',
    door_no: '',
    address: '',
    head: '',
    phone: '',
    note: '',
    status: 'occupied',
    initials: '',
    order: null,
    flags: [],
    version: 1,
  }
}

const HOME_FIELDS: Record<string, keyof Household> = {
  area_path: 'area',
  number: 'door_no',
  address: 'address',
  head_name: 'head',
  phone: 'phone',
  note: 'note',
  status: 'status',
}

function homeFields(input: Input): Partial<Household> {
  const given = Object.entries(HOME_FIELDS).filter(([name]) => typeof input[name] === 'string')
  return Object.fromEntries(given.map(([name, field]) => [field, input[name]]))
}

function editPerson(people: Map<string, Person>, edit: Entry, bundle: Bundle): void {
  const id = recordOf(edit)
  const known = people.get(id)
  if (edit.action === 'people.add_person') {
    if (!known && isMissing(edit, bundle)) people.set(id, { ...newPerson(id), ...personFields(edit.input) })
  } else if (known && isNewer(edit, known.version)) {
    people.set(id, { ...known, ...personFields(edit.input) })
  }
}

function newPerson(id: string): Person {
  return {
    id,
    household_id: null,
    name: '',
    initials: '',
    sex: null,
    age: null,
    phone: null,
    relation: '',
    status: 'resident',
    flags: [],
    version: 1,
  }
}

const PERSON_FIELDS = ['household_id', 'name', 'sex', 'phone', 'relation', 'status', 'flags'] as const

function personFields(input: Input): Partial<Person> {
  const given = PERSON_FIELDS.filter((name) => input[name] !== undefined && input[name] !== null)
  return Object.fromEntries(given.map((name) => [name, input[name]]))
}
