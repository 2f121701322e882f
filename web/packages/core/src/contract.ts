// The shapes that cross the HTTP doors. Types only: what a value means is decided on the server.

import type { Bilingual, Language } from './text'

/** `can`: the actions that the server would take on this row now, from this person. */
export type Row = {
  id: string
  area?: string | null
  cells: Record<string, unknown>
  can?: string[]
  [extra: string]: unknown
}
export type Filters = Record<string, string | number | boolean | null | undefined>

export interface AreaRef {
  path: string
  name: string
  level?: string
  full_name?: string
  ancestors?: { path: string; name: string; level?: string }[]
}

export interface Me {
  account: { id: string; name: string; username: string; language: Language }
  csrf: string
  grants: { role: string; label: Bilingual; area: AreaRef; ends_on?: string | null; purpose?: string }[]
  home_area: AreaRef | null
  can: string[]
  server_time: string
}

export type ColumnKind = 'text' | 'int' | 'number' | 'bool' | 'date' | 'datetime' | 'choice' | 'area' | 'link' | 'json'

export interface Choice {
  value: string | number | boolean
  label: Bilingual
}

export interface Column {
  name: string
  label: Bilingual
  kind: ColumnKind
  privacy: string
  sortable: boolean
  filterable: boolean
  choices: Choice[] | null
  link: { table: string } | null
  hidden: boolean
  masked: boolean
}

export interface Table {
  name: string
  title: Bilingual
  help: Bilingual | null
  columns: Column[]
  searchable: boolean
  default_sort: string
  saved_filters: { key: string; label: Bilingual; where: Filters }[]
  actions: string[]
  related?: { table: string; field: string }[]
  label?: string
  export: 'masked' | 'named' | 'both' | null
  area: boolean
}

export interface Action {
  name: string
  title: Bilingual
  help: Bilingual | null
  input: JsonSchema
  subject: { table: string; field: string } | null
  batch: boolean
  danger: boolean
}

export interface JsonSchema {
  type?: string | string[]
  title?: string
  description?: string
  format?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  items?: JsonSchema
  properties?: Record<string, JsonSchema>
  required?: string[]
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minLength?: number
  maxLength?: number
  'x-title-en'?: string
  'x-widget'?: string
  'x-choices'?: Choice[]
  'x-required'?: boolean
  'x-table'?: string
  /** Said anew each time: a form opened on a row does not fill it in from there. */
  'x-afresh'?: boolean
  /** A list with one item for each entry of these columns of the row, by the field beside which the entry is shown. */
  'x-each'?: Record<string, string>
  /** The field that says which of them an item is, from 1. */
  'x-numbered'?: string
  [extra: string]: unknown
}

export type MenuItem = { table: string } | { page: string; title?: Bilingual }

export interface Meta {
  version: string
  tables: Table[]
  actions: Action[]
  menu: { key: string; title: Bilingual; items: MenuItem[] }[]
  refusals: Record<string, Bilingual>
}

export interface Page {
  rows: Row[]
  next: string | null
  previous: string | null
  as_of: string
  count: number | null
}

export interface HistoryLine {
  at: string
  by: string | { name: string } | null
  action: string
  title?: Bilingual | string | null
  note?: string | Bilingual | Record<string, unknown> | null
}

export interface Detail {
  row: Row
  history: HistoryLine[]
  related: { table: string; where: Filters }[]
}

export interface ActionDone {
  id: string
  status: 'done' | 'repeated'
  /**
   * `told` is what there is to say of what was done, `undo` what takes it back, `file_id` the file it made; `password`
   * opens it and is said once.
   */
  result: Record<string, unknown> & {
    told?: Bilingual | null
    undo?: { action: string; input: Record<string, unknown> }
    file_id?: string
    password?: string
  }
}

export interface Command {
  id: string
  action: string
  input: Record<string, unknown>
  happened_at?: string
}

export interface RefusalBody {
  code: string
  message: Bilingual
  field?: string | null
  reason?: Bilingual | null
  details?: Record<string, unknown>
  problems?: RefusalBody[]
}

export interface CommandResult {
  id: string
  status: 'done' | 'repeated' | 'refused' | 'rehearsed'
  result?: Record<string, unknown>
  refusal?: RefusalBody
}

export type Severity = 'urgent' | 'today' | 'soon'

export interface Gap {
  name: string
  title: Bilingual
  help: Bilingual | null
  severity: Severity
  count: number
  oldest_since: string | null
  act: { action?: string; table?: string; page?: string; title: Bilingual } | null
  table: string | null
}

export interface GapBoard {
  as_of: string
  within: AreaRef
  gaps: Gap[]
  areas: { path: string; name: string; level: string; total: number; counts: Record<string, number> }[]
}

export interface GapRow {
  subject: { table: string; id: string; label: string; can?: string[] }
  area: { path: string; name: string } | null
  since: string | null
  answers: { id: string; name: string; title: string | null } | null
  detail: Bilingual | string | Record<string, unknown> | null
}

/** Rows of four tables, each with the cells its table declares. */
export interface SearchFound {
  households: Row[]
  persons: Row[]
  areas: Row[]
  places: Row[]
}

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job {
  id: string
  name: string
  title: Bilingual
  state: JobState
  done: number
  total: number
  note: Bilingual | null
  result: unknown
  refusal: RefusalBody | null
}

export interface IntakeColumn {
  index: number
  header: string
  sample: string[]
  field: string | null
  confidence: number
  remembered: boolean
}

/** A kind of list: its title, and the table in which its rows are seen by a filter `batch`. */
export interface IntakeTarget {
  name: string
  title: Bilingual
  table: string
}

export interface IntakeOpened {
  batch_id: string
  target: IntakeTarget
  sheets: string[]
  header_rows: number | number[]
  columns: IntakeColumn[]
  fields: { name: string; label: Bilingual; required: boolean; several?: boolean }[]
}

export interface IntakeChoice {
  mapping: Record<string, string>
  within: string
  sheet: string | null
  sender: string
  source: string
}

export interface IntakeRefusedRow {
  row: number
  column: string | null
  code: string
  message: Bilingual | string
}

export interface IntakeSummary {
  rows: number
  accepted: number
  rejected: IntakeRefusedRow[]
  rejected_count?: number
  matched: Record<string, number>
  places: Record<string, number>
  /** Of lists of people on duty, once they are in: who is new, who was known, and lines that somebody has to decide. */
  added?: number
  known?: number
  to_decide?: number
  /** Lines with a cell that was not understood in full. */
  unread?: number
  unnamed?: number
}

export interface IntakeBatch {
  id?: string
  batch_id?: string
  status: string
  sender?: string
  within?: string
  job_id?: string | null
  target: IntakeTarget
  summary: IntakeSummary | null
  [extra: string]: unknown
}

export interface ReportFigure {
  code: string
  label: Bilingual
  unit: Bilingual
  value: number
  confirmed: number | null
  changed: boolean
  behind: { table: string; where: Filters; within: string } | null
}

export type ReportState = 'awaited' | 'draft' | 'late' | 'not_synced' | 'confirmed' | 'nil'

export interface ReportUnit {
  path: string
  name: string
  level: string
  state: ReportState
  label: Bilingual
  confirmed_at: string | null
  report_id: string | null
  phones_unheard: number
}

export interface ReportPage {
  report: {
    id: string | null
    area: AreaRef
    level: string
    form: string
    title: Bilingual
    on: string
    from_at: string
    until_at: string
    state: ReportState
    label: Bilingual
    prepared_at: string | null
    confirmed_at: string | null
    confirmed_by: { id: string; name: string } | null
    remarks: string
    issues: string
    tomorrow: string
    version: number
    not_nil: string[]
    can: string[]
  }
  as_of: string
  sections: { key: string; title: Bilingual; figures: ReportFigure[] }[]
  rates: { code: string; label: Bilingual; percent: number | null; target: number | null }[]
  units: ReportUnit[]
  public: {
    text: Bilingual
    lines: { code: string; label: Bilingual; unit: Bilingual; shown: string }[]
    suppressed_below: number
    by_area: { path: string; name: string; shown: Record<string, string> }[]
    published_at: string | null
  }
}

export interface CoveredArea {
  path: string
  name: string
  level: string
  longitude: number | null
  latitude: number | null
  households: number
  reached: number
  with_contact: number
  observed: number
  slots_due: number
  slots_recorded: number
}

export interface Coverage {
  as_of: string | null
  within: AreaRef
  areas: CoveredArea[]
}

/** From which temperature on a reading counts as fever, and by which edition of the rules. */
export interface FeverLine {
  fever_c: number
  edition: string
  source: string
}

/** What a phone saved as a last resort: everything that the server had not accepted. */
export interface QueueFile {
  format: 'lianfang.outbox'
  version: 1
  device_id?: string
  app_version?: string
  account?: string
  exported_at?: string
  commands: Command[]
}

export interface QueueImported {
  results: CommandResult[]
  done: number
  repeated: number
  refused: number
}

/** A roster as lines of cells: a line is one shift of one post, a cell that shift on one day, null where none is. */
export interface RosterGrid {
  id: string
  area: string
  state: 'draft' | 'published'
  days: string[]
  weekend: number[]
  posts: RosterPost[]
  /** What it makes of wishes, counted by the day; null for who may not see wishes. */
  wishes: RosterWishes | null
}

export interface RosterWishes {
  wished: number
  kept: number
  broken: BrokenWish[]
}

/** One day somebody wished to have off, or to serve on, and this roster does not give. */
export interface BrokenWish {
  id: string
  who: string
  name: string
  on: string
  wants: 'off' | 'serve'
  part: 'any' | 'day' | 'night'
}

export interface RosterPost {
  id: string
  number: string
  name: string
  area: string
  place: string
  staff: number
  lines: RosterLine[]
}

export interface RosterLine {
  kind: string
  label: Bilingual
  hours: string
  night: boolean
  cells: (RosterCell | null)[]
}

export interface RosterCell {
  people: RosterPerson[]
  lacks: { missing: number; words: Bilingual }[]
  broken: { who: string; words: Bilingual }[]
}

export interface RosterPerson {
  shift: string
  who: string
  name: string
  state: string
  replaces: boolean
}

/** The standing posts of an area, with what is open at each; `ground` are the towns and villages whose place is known. */
export interface PostsMap {
  within: AreaRef
  posts: PlacedPost[]
  ground: { path: string; name: string; level: string; longitude: number; latitude: number }[]
}

export interface PlacedPost {
  id: string
  number: string
  name: string
  kind: string
  tier: string
  area_path: string
  position: string
  longitude: number | null
  latitude: number | null
  lead: string | null
  gaps: { title: Bilingual; said: unknown }[]
}

/** What is asked at a post today, with the answers so far. */
export interface PostChecks {
  on: string
  lists: AskedList[]
}

export interface AskedList {
  id: string
  name: string
  document?: string
  points: AskedPoint[]
}

export interface AskedPoint {
  point: string
  answer?: CheckAnswer
  note?: string
  at?: string
  by?: string
  settled?: boolean
}

export type CheckAnswer = 'yes' | 'no' | 'na'
