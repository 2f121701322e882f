// The queue of what was done and not yet confirmed by the server. Pure: storage, clock and network are the caller's.
// Refuses to drop anything: an entry leaves the count only when the server has it or a person has dealt with it.

import type { Command, CommandResult, RefusalBody } from './contract'
import type { Bilingual } from './text'

/** waiting: not confirmed; sent: the server has it; refused: the server said no; kept: a person read the refusal and put it aside. */
export type OutboxState = 'waiting' | 'sent' | 'refused' | 'kept'

/** What counts for entries from before they carried a version: the server takes it for its oldest shape. */
const BEFORE_VERSIONS = '0.0'

export interface Entry extends Required<Command> {
  /** The app that recorded it, whichever app uploads it after an upgrade. */
  app_version?: string
  /** When the server made the grid that the phone had then: by it a code means the area that had it then. */
  as_of?: string
  state: OutboxState
  queued_at: string
  attempts: number
  settled_at: string | null
  refusal: RefusalBody | null
  label: Bilingual
  subject: string | null
  /** The version the record had after this edit, where the server said one. */
  left_version?: number
  /** The server kept this edit beside another one; a person chooses between the two. */
  beside?: boolean
}

export interface NewEntry extends Required<Command> {
  app_version?: string
  as_of?: string
  label: Bilingual
  subject?: string | null
}

/** An entry fresh in the queue. `queued_at` is when the phone took it in; `happened_at` is when it happened. */
export function queued(command: NewEntry, queuedAt: string): Entry {
  return {
    ...command,
    subject: command.subject ?? null,
    state: 'waiting',
    queued_at: queuedAt,
    attempts: 0,
    settled_at: null,
    refusal: null,
  }
}

/** How many are not yet at the server: the N of 待上传 N. */
export function waitingCount(entries: Entry[]): number {
  return entries.filter((entry) => entry.state === 'waiting').length
}

/** How many a person has to look at. */
export function refusedCount(entries: Entry[]): number {
  return entries.filter((entry) => entry.state === 'refused').length
}

/** Whether wiping this phone would lose something nobody else has. */
export function hasUnsent(entries: Entry[]): boolean {
  return entries.some((entry) => entry.state === 'waiting' || entry.state === 'refused')
}

/** The next upload, oldest first, because a visit may rest on the household registered before it. */
export function nextUpload(entries: Entry[], limit = 100): Entry[] {
  return entries
    .filter((entry) => entry.state === 'waiting')
    .sort((one, other) => compare(one.queued_at, other.queued_at) || compare(one.id, other.id))
    .slice(0, limit)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

export type RecordedCommand = Required<Command> & { app_version: string; as_of?: string }

/** The commands as the server takes them, each in the shape of the app that recorded it. */
export function commandsOf(entries: Entry[]): RecordedCommand[] {
  return entries.map(({ id, action, input, happened_at, app_version, as_of }) => ({
    id,
    action,
    input,
    happened_at,
    app_version: app_version ?? BEFORE_VERSIONS,
    ...(as_of ? { as_of } : {}),
  }))
}

/** Entries after an answer. "repeated" counts as sent: the first upload arrived and only its answer was lost. */
export function settle(uploaded: Entry[], results: CommandResult[], at: string): Entry[] {
  const byId = new Map(results.map((result) => [result.id, result]))
  return uploaded.map((entry) => settleOne(entry, byId.get(entry.id), at))
}

function settleOne(entry: Entry, result: CommandResult | undefined, at: string): Entry {
  const attempts = entry.attempts + 1
  // An entry the answer does not mention may or may not have arrived: it waits, and repeating is safe.
  if (!result) return { ...entry, attempts }
  if (result.status === 'refused') {
    return { ...entry, attempts, state: 'refused', settled_at: at, refusal: result.refusal ?? null }
  }
  return { ...entry, attempts, state: 'sent', settled_at: at, refusal: null, ...editOf(result.result ?? {}) }
}

/** What the answer to an edit says of the record. */
function editOf(result: Record<string, unknown>): Pick<Entry, 'left_version' | 'beside'> {
  return {
    ...(typeof result.version === 'number' ? { left_version: result.version } : {}),
    ...(result.conflict_id ? { beside: true } : {}),
  }
}

/** Entries after an upload that got no answer. */
export function notAnswered(uploaded: Entry[]): Entry[] {
  return uploaded.map((entry) => ({ ...entry, attempts: entry.attempts + 1 }))
}

/** A refused or set-aside entry back in the queue with the same id, so that it can never be counted twice. */
export function retried(entry: Entry): Entry {
  if (entry.state !== 'refused' && entry.state !== 'kept') return entry
  return { ...entry, state: 'waiting', settled_at: null, refusal: null }
}

/** A refused entry that a person has read: it stays on the phone and in the file, but asks for no more attention. */
export function setAside(entry: Entry, at: string): Entry {
  return entry.state === 'refused' ? { ...entry, state: 'kept', settled_at: at } : entry
}

/** Sent entries old enough to forget; everything else stays whatever its age. */
export function forgettable(entries: Entry[], before: string): Entry[] {
  return entries.filter((entry) => entry.state === 'sent' && (entry.settled_at ?? '') < before)
}

export interface OutboxFile {
  format: 'lianfang.outbox'
  version: 1
  device_id: string
  account: string
  exported_at: string
  commands: (RecordedCommand & { state: OutboxState; refusal: RefusalBody | null })[]
}

/** The last resort: everything the server has not accepted, as a file the office can import. */
export function outboxFile(entries: Entry[], origin: { device_id: string; account: string }, at: string): OutboxFile {
  const unsent = entries.filter((entry) => entry.state !== 'sent')
  const commands = commandsOf(unsent).map((command, at) => ({ ...command, ...outcomeOf(unsent[at] as Entry) }))
  return { format: 'lianfang.outbox', version: 1, ...origin, exported_at: at, commands }
}

function outcomeOf({ state, refusal }: Entry): Pick<Entry, 'state' | 'refusal'> {
  return { state, refusal }
}
