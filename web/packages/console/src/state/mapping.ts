// The mapping of a workbook's columns to what they are, as a person corrects it. Never guesses what the server did not.
import type { IntakeColumn, IntakeOpened } from '@lianfang/core'

export type Mapping = Record<number, string>

/** What the server recognised, as the starting point; empty where it did not. */
export function startingMapping(columns: IntakeColumn[]): Mapping {
  return Object.fromEntries(columns.map((column) => [column.index, column.field ?? '']))
}

/** Fields chosen for more than one column, except those that may be (an address in several parts). */
export function chosenTwice(mapping: Mapping, opened: Pick<IntakeOpened, 'fields'>): string[] {
  const several = new Set(opened.fields.filter((field) => field.several).map((field) => field.name))
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const field of Object.values(mapping)) {
    if (field && seen.has(field) && !several.has(field)) twice.add(field)
    seen.add(field)
  }
  return [...twice]
}

/** Required fields that no column has. */
export function missingFrom(opened: Pick<IntakeOpened, 'fields'>, mapping: Mapping): string[] {
  const chosen = new Set(Object.values(mapping))
  return opened.fields.filter((field) => field.required && !chosen.has(field.name)).map((field) => field.name)
}

/** As the server takes it: column index to field, without the columns left out. */
export function sentMapping(mapping: Mapping): Record<string, string> {
  return Object.fromEntries(Object.entries(mapping).filter(([, field]) => field))
}
