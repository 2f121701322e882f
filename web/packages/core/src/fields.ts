// Turns an action's JSON schema into a flat list of form fields. Decides nothing about what is allowed.

import type { Action, Choice, JsonSchema } from './contract'
import type { Bilingual } from './text'

export type Widget =
  | 'text'
  | 'textarea'
  | 'number'
  | 'bool'
  | 'date'
  | 'datetime'
  | 'time'
  | 'choice'
  | 'multichoice'
  | 'household'
  | 'person'
  | 'area'
  | 'account'
  | 'place'
  | 'row'
  | 'file'
  | 'group'
  | 'list'

export interface FormField {
  name: string
  title: Bilingual
  help: string
  widget: Widget
  required: boolean
  /** Empty is a state the server knows, but the person has to be asked. */
  asked: boolean
  nullable: boolean
  many: boolean
  choices: Choice[]
  table: string | null
  initial: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  whole: boolean
  /** The field of an item that says which of the row's it is: such an item is corrected, not taken away. */
  numbered: string
  fields: FormField[]
}

const WIDGETS = new Set<string>([
  'text',
  'textarea',
  'number',
  'bool',
  'date',
  'datetime',
  'time',
  'choice',
  'multichoice',
  'household',
  'person',
  'area',
  'account',
  'place',
  'file',
])

/** The fields a person fills in for an action, in the order the server declares them. */
export function fieldsOf(action: Pick<Action, 'input'>): FormField[] {
  const root = action.input
  return propertiesOf(root, root.$defs ?? {})
}

function propertiesOf(schema: JsonSchema, defs: Record<string, JsonSchema>): FormField[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => property['x-widget'] !== 'hidden')
    .map(([name, property]) => fieldOf(name, property, required.has(name), defs))
}

function fieldOf(name: string, property: JsonSchema, required: boolean, defs: Record<string, JsonSchema>): FormField {
  const { schema, nullable } = resolve(property, defs)
  const many = schema.type === 'array'
  const item = many && schema.items ? resolve(schema.items, defs).schema : schema
  const choices = choicesOf(property, schema, item)
  const widget = widgetOf(property, schema, item, choices.length > 0)
  return {
    name,
    title: { zh: property.title ?? schema.title ?? name, en: property['x-title-en'] ?? schema['x-title-en'] ?? name },
    help: property.description ?? '',
    widget,
    required: (required && !nullable) || (property['x-required'] ?? false),
    asked: property['x-required'] ?? false,
    nullable,
    many,
    choices,
    table: property['x-table'] ?? schema['x-table'] ?? null,
    initial: initialOf(property.default ?? schema.default, widget, many),
    minimum: item.minimum ?? item.exclusiveMinimum,
    maximum: item.maximum ?? item.exclusiveMaximum,
    maxLength: item.maxLength,
    whole: item.type === 'integer',
    numbered: property['x-numbered'] ?? '',
    fields: widget === 'group' || widget === 'list' ? propertiesOf(item, defs) : [],
  }
}

function resolve(schema: JsonSchema, defs: Record<string, JsonSchema>): { schema: JsonSchema; nullable: boolean } {
  const { $ref, anyOf, oneOf, allOf, ...own } = schema
  if ($ref) return merged(own, resolve(defs[$ref.split('/').at(-1) ?? ''] ?? {}, defs))
  if (allOf?.length === 1 && allOf[0]) return merged(own, resolve(allOf[0], defs))
  const options = anyOf ?? oneOf
  if (!options) return { schema, nullable: false }
  const real = options.filter((option) => option.type !== 'null')
  const nullable = real.length < options.length
  // Numbers come as "number or string" from decimals; the number carries the limits.
  const chosen = real.find((option) => option.type === 'number') ?? real[0] ?? {}
  const inner = merged(own, resolve(chosen, defs))
  return { schema: inner.schema, nullable: nullable || inner.nullable }
}

function merged(own: JsonSchema, inner: { schema: JsonSchema; nullable: boolean }) {
  return { schema: { ...inner.schema, ...own }, nullable: inner.nullable }
}

function choicesOf(property: JsonSchema, schema: JsonSchema, item: JsonSchema): Choice[] {
  const declared = property['x-choices'] ?? schema['x-choices'] ?? item['x-choices']
  if (declared) return declared
  const values = item.enum ?? (item.const !== undefined ? [item.const] : [])
  return values.map((value) => ({ value: value as string, label: { zh: String(value), en: String(value) } }))
}

function widgetOf(property: JsonSchema, schema: JsonSchema, item: JsonSchema, hasChoices: boolean): Widget {
  const many = schema.type === 'array'
  const named = property['x-widget'] ?? schema['x-widget'] ?? item['x-widget']
  if (named === 'choice' && many) return 'multichoice'
  if (named && WIDGETS.has(named)) return named as Widget
  if (property['x-table'] ?? schema['x-table'] ?? item['x-table']) return 'row'
  if (hasChoices) return many ? 'multichoice' : 'choice'
  if (item.type === 'object' && item.properties) return many ? 'list' : 'group'
  if (item.type === 'boolean') return 'bool'
  if (item.type === 'integer' || item.type === 'number') return 'number'
  if (item.format === 'date') return 'date'
  if (item.format === 'date-time') return 'datetime'
  return (item.maxLength ?? 0) > 200 ? 'textarea' : 'text'
}

function initialOf(given: unknown, widget: Widget, many: boolean): unknown {
  if (given !== undefined) return given
  if (many || widget === 'multichoice') return []
  if (widget === 'bool') return false
  if (widget === 'group') return {}
  return null
}

/** Starting values of a form: defaults, then what the place it was opened from already knows. */
export function startingInput(fields: FormField[], known: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      known[field.name] ??
        (field.widget === 'group'
          ? startingInput(field.fields, field.initial as Record<string, unknown>)
          : copied(field.initial)),
    ]),
  )
}

function copied(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value
}

/** What is sent: fields left empty are left out, so that the server's own defaults hold. */
export function sentInput(fields: FormField[], input: Record<string, unknown>): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const field of fields) {
    const value = input[field.name]
    if (field.widget === 'group' && value && typeof value === 'object') {
      const inner = sentInput(field.fields, value as Record<string, unknown>)
      // An unticked box alone says nothing: an optional group nobody touched is not sent.
      const said = Object.values(inner).some((one) => one !== false)
      if (field.required || said) sent[field.name] = inner
    } else if (field.widget === 'list' && Array.isArray(value)) {
      sent[field.name] = value.map((one) => sentInput(field.fields, one as Record<string, unknown>))
    } else if (!isEmpty(value)) {
      sent[field.name] = typeof value === 'string' ? value.trim() : value
    }
  }
  return { ...extras(fields, input), ...sent }
}

/** What stands in a row of the people, or whatever else a list has one item of: each with its number, and as hints. */
export function itemsOf(
  property: JsonSchema,
  told: Record<string, string[]>,
): { items: Record<string, unknown>[]; hints: Record<string, string>[] } {
  const columns = Object.entries(property['x-each'] ?? {}).map(
    ([field, column]) => [field, told[column] ?? []] as const,
  )
  const count = Math.max(0, ...columns.map(([, entries]) => entries.length))
  const each = Array.from({ length: count }, (_, at) => at)
  const number = property['x-numbered'] ?? ''
  return {
    items: each.map((at) => ({ [number]: at + 1 })),
    hints: each.map((at) => Object.fromEntries(columns.map(([field, entries]) => [field, entries[at] ?? '']))),
  }
}

function extras(fields: FormField[], input: Record<string, unknown>): Record<string, unknown> {
  const shown = new Set(fields.map((field) => field.name))
  return Object.fromEntries(Object.entries(input).filter(([name, value]) => !shown.has(name) && !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    (typeof value === 'string' && value.trim() === '') ||
    (Array.isArray(value) && value.length === 0)
  )
}

/** Names of required fields still empty, those of a group as group.field; checked before sending so that nobody waits for an obvious no. */
export function missingFields(fields: FormField[], input: Record<string, unknown>): string[] {
  return fields.flatMap((field) => {
    const value = input[field.name]
    if (field.widget === 'group') {
      const inner = (value ?? {}) as Record<string, unknown>
      const asked = field.required || field.fields.some((one) => one.asked)
      return asked ? missingFields(field.fields, inner).map((name) => `${field.name}.${name}`) : []
    }
    return field.required && field.widget !== 'bool' && isEmpty(value) ? [field.name] : []
  })
}
