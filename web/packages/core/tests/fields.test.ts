import { describe, expect, it } from 'vitest'
import { fieldsOf, itemsOf, type JsonSchema, missingFields, sentInput, startingInput } from '../src'

const visit: JsonSchema = {
  type: 'object',
  required: ['household_id', 'outcome'],
  properties: {
    household_id: { type: 'string', format: 'uuid', title: '户', 'x-title-en': 'Household', 'x-widget': 'household' },
    outcome: { $ref: '#/$defs/Outcome', title: '结果' },
    temperature_c: {
      anyOf: [{ type: 'number', minimum: 34, maximum: 43 }, { type: 'string' }, { type: 'null' }],
      title: '体温',
    },
    seen_on: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
    symptoms: { type: 'array', items: { enum: ['cough', 'other'] } },
    need: { anyOf: [{ $ref: '#/$defs/Need' }, { type: 'null' }], title: '需求' },
    fill_at: { type: 'string', maxLength: 5, default: '', 'x-widget': 'time' },
    version: { type: 'integer', default: 1, 'x-widget': 'hidden' },
    note: { type: 'string', maxLength: 500, default: '' },
  },
  $defs: {
    Outcome: { enum: ['done', 'absent'], 'x-choices': [{ value: 'done', label: { zh: '见到', en: 'met' } }] },
    Need: { type: 'object', required: ['kind'], properties: { kind: { type: 'string' }, urgent: { type: 'boolean' } } },
  },
}
const fields = fieldsOf({ input: visit })
const named = (name: string) => fields.find((field) => field.name === name)

describe('the form of an action', () => {
  it('shows no field that the server hides', () => {
    expect(named('version')).toBeUndefined()
  })

  it.each([
    ['household_id', 'household'],
    ['outcome', 'choice'],
    ['temperature_c', 'number'],
    ['seen_on', 'date'],
    ['symptoms', 'multichoice'],
    ['need', 'group'],
    ['fill_at', 'time'],
    ['note', 'textarea'],
  ])('asks for %s with %s', (name, widget) => {
    expect(named(name)?.widget).toBe(widget)
  })

  it('keeps the limits of a number that may also be empty', () => {
    expect(named('temperature_c')).toMatchObject({ minimum: 34, maximum: 43, nullable: true, required: false })
  })

  it('calls a field by its title in both languages', () => {
    expect(named('household_id')?.title).toEqual({ zh: '户', en: 'Household' })
  })
})

describe('what is sent', () => {
  it('names the required fields still empty', () => {
    expect(missingFields(fields, startingInput(fields))).toEqual(['household_id', 'outcome'])
  })

  it('leaves out what was left empty, so that the server’s own defaults hold', () => {
    const input = { ...startingInput(fields), household_id: 'h1', outcome: 'done', note: '  ' }
    expect(sentInput(fields, input)).toEqual({ household_id: 'h1', outcome: 'done' })
  })

  it('carries what the form does not show, such as the version an edit started from', () => {
    expect(sentInput(fields, { household_id: 'h1', outcome: 'done', version: 3 })).toMatchObject({ version: 3 })
  })

  it('sends an optional group only when something is in it', () => {
    const input = {
      ...startingInput(fields),
      household_id: 'h1',
      outcome: 'done',
      need: { kind: 'food', urgent: false },
    }
    expect(sentInput(fields, input)).toMatchObject({ need: { kind: 'food' } })
  })
})

describe('a group of questions that have to be asked', () => {
  const answers = [true, false].map((value) => ({ value, label: { zh: value ? '有' : '没有', en: String(value) } }))
  const asked = { default: null, 'x-required': true, 'x-widget': 'choice', 'x-choices': answers }
  const question: JsonSchema = { anyOf: [{ type: 'boolean' }, { type: 'null' }], ...asked }
  const input: JsonSchema = {
    type: 'object',
    properties: {
      needs: { type: 'object', properties: { children: question, note: { type: 'string', default: '' } } },
    },
  }
  const fields = fieldsOf({ input })

  it('misses each question that nobody answered, by its path', () => {
    expect(missingFields(fields, startingInput(fields))).toEqual(['needs.children'])
  })

  it('takes “no” for an answer', () => {
    expect(missingFields(fields, { needs: { children: false } })).toEqual([])
  })
})

describe('a list with an item for each entry of a row', () => {
  const persons: JsonSchema = {
    type: 'array',
    items: { type: 'object', properties: { name: { type: 'string' }, t: { type: 'number' } } },
    'x-each': { name: 'names', t: 'temperature' },
    'x-numbered': 'person_no',
  }

  it('has as many items as the longest of the columns, each with its number and what stands there', () => {
    expect(itemsOf(persons, { names: ['李*', '王*'], temperature: ['36.5'] })).toEqual({
      items: [{ person_no: 1 }, { person_no: 2 }],
      hints: [
        { name: '李*', t: '36.5' },
        { name: '王*', t: '' },
      ],
    })
  })

  it('has none where nothing of the row may be seen', () => {
    expect(itemsOf(persons, {}).items).toEqual([])
  })

  it('sends the number of each that stayed as it was', () => {
    const [field] = fieldsOf({ input: { type: 'object', properties: { persons } } })
    expect(field?.numbered).toBe('person_no')
    expect(sentInput(field ? [field] : [], { persons: [{ person_no: 1, name: '' }] })).toEqual({
      persons: [{ person_no: 1 }],
    })
  })
})
