// The commands that edit the register: each carries the version it started from, and this phone's own earlier edits.
import type { Entry } from '@lianfang/core'
import { bothWays } from '../i18n'
import type { Household, Person } from './bundle'
import type { Values } from './editing'
import { houseName } from './grid'
import type { NewWork } from './outbox'
import { editsOf } from './overlay'

function editedFrom(record: { id: string; version: number }, entries: Entry[]): Record<string, unknown> {
  return { version: record.version, after: editsOf(record.id, entries) }
}

export function editHomeCommand(home: Household, changes: Values, entries: Entry[]): NewWork {
  return {
    action: 'people.edit_household',
    input: { household_id: home.id, ...editedFrom(home, entries), ...changes },
    label: bothWays('labels.editHome', () => ({ house: houseName(home, '') })),
    subject: `edit/${home.id}`,
  }
}

export function addHomeCommand(area: string, values: Values): NewWork {
  return {
    action: 'people.add_household',
    input: { area_path: area, ...values },
    label: bothWays('labels.addHome', () => ({ house: [values.number, values.head_name].filter(Boolean).join(' ') })),
    subject: `add/${values.number}`,
  }
}

export function editPersonCommand(person: Person, changes: Values, entries: Entry[]): NewWork {
  return {
    action: 'people.edit_person',
    input: { person_id: person.id, ...editedFrom(person, entries), ...changes },
    label: bothWays('labels.editPerson', () => ({ name: person.name })),
    subject: `edit/${person.id}`,
  }
}

export function addPersonCommand(household: string, values: Values): NewWork {
  const told = Object.entries(values).filter(([, value]) => value !== '')
  return {
    action: 'people.add_person',
    input: { household_id: household, ...Object.fromEntries(told) },
    label: bothWays('labels.addPerson', () => ({ name: values.name ?? '' })),
    subject: `add/${household}/${values.name}`,
  }
}

export function movePersonCommand(person: Pick<Person, 'id' | 'name'>, status: string, reason: string): NewWork {
  return {
    action: 'people.move_person',
    input: { person_id: person.id, status, reason },
    label: bothWays('labels.editPerson', () => ({ name: person.name })),
    subject: `edit/${person.id}`,
  }
}

/** `was` are the needs this phone showed: the server adds and takes away only what differs from them. */
export function needsCommand(person: Pick<Person, 'id' | 'name'>, flags: string[], was: string[]): NewWork {
  return {
    action: 'people.set_vulnerability',
    input: { person_id: person.id, flags, was },
    label: bothWays('labels.needs', () => ({ name: person.name })),
    subject: `edit/${person.id}`,
  }
}
