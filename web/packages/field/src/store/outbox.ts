// The phone's queue: written to the store before anything is said to be saved, uploaded when there is a network.
import {
  type Bilingual,
  commandsOf,
  type Entry,
  forgettable,
  hasUnsent,
  isoWithOffset,
  nextUpload,
  notAnswered,
  outboxFile,
  queued,
  Refusal,
  refusedCount,
  retried,
  setAside,
  settle,
  Unreachable,
  uuid7,
  waitingCount,
} from '@lianfang/core'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { KeyReplaced } from './sealed'
import { api, device, me, mustSignIn, online, phone, signOutAndWipe } from './session'
import type { PhoneStore } from './store'

export const entries = shallowRef<Entry[]>([])
/** When the server made the grid on this phone; '' without one. Its codes are what every record names areas by. */
export const gridOf = ref('')
export const uploading = ref(false)
export const waiting = computed(() => waitingCount(entries.value))
export const refused = computed(() => refusedCount(entries.value))
export const unsent = computed(() => hasUnsent(entries.value))

const KEEP_SENT_MS = 36 * 3600000
const BUSY_MS = 2000

export async function loadOutbox(held?: Entry[]): Promise<void> {
  const store = phone.value
  if (!store) return
  const before = isoWithOffset(new Date(Date.now() - KEEP_SENT_MS))
  const all = held ?? (await store.entries())
  const old = new Set(forgettable(all, before).map((entry) => entry.id))
  await store.dropEntries([...old])
  entries.value = all.filter((entry) => !old.has(entry.id))
}

export interface NewWork {
  action: string
  input: Record<string, unknown>
  label: Bilingual
  subject: string
}

/** The phone's storage took nothing, not even after making room: what was to be recorded is not saved anywhere. */
export class NotSaved extends Error {}

/** Put work in the queue and start an upload. Returns once the work is safely on the phone; raises NotSaved when it is not. */
export async function record(work: NewWork): Promise<Entry> {
  const now = isoWithOffset(new Date())
  // The store takes plain values only: what a page holds is wrapped for the screen.
  const input = JSON.parse(JSON.stringify(work.input)) as Record<string, unknown>
  const recorded = { id: uuid7(), happened_at: now, app_version: __APP_VERSION__ }
  const entry = queued({ ...work, input, ...recorded, ...(gridOf.value ? { as_of: gridOf.value } : {}) }, now)
  await write([entry])
  // Where the browser keeps nothing, only the server makes it safe.
  if (phone.value?.lasting) void upload()
  else await upload()
  return entry
}

/** Let a page's button go when its work was not saved, so that it can be tried again. */
export function letGo(busy: Ref<boolean>): (problem: unknown) => never {
  return (problem) => {
    busy.value = false
    throw problem
  }
}

async function write(changed: Entry[]): Promise<void> {
  await keep(changed)
  show(changed)
}

function show(changed: Entry[]): void {
  const byId = new Map(entries.value.map((entry) => [entry.id, entry]))
  for (const entry of changed) byId.set(entry.id, entry)
  entries.value = [...byId.values()]
}

async function keep(changed: Entry[]): Promise<void> {
  const store = phone.value
  try {
    await store?.keepEntries(changed)
  } catch (problem) {
    if (problem instanceof KeyReplaced) beginAgain(problem)
    await keepInRoomMade(store, changed)
  }
}

/** Let go of what the server has, and try once more with what it does not have. */
async function keepInRoomMade(store: PhoneStore | null, changed: Entry[]): Promise<void> {
  const sent = entries.value.filter((entry) => entry.state === 'sent').map((entry) => entry.id)
  try {
    await store?.dropEntries(sent)
    await store?.keepEntries(changed.filter((entry) => entry.state !== 'sent'))
  } catch (problem) {
    if (problem instanceof KeyReplaced) beginAgain(problem)
    throw new NotSaved('the storage of this phone takes nothing', { cause: problem })
  }
}

/** Another page of this phone changed the PIN: this one opens the store anew and says nothing is saved. */
function beginAgain(problem: KeyReplaced): never {
  window.location.reload()
  throw problem
}

/** What the server answered holds even where the phone cannot write it down: sent again after a restart, it is a repeat. */
async function writeAnswer(settled: Entry[]): Promise<void> {
  show(settled)
  await keep(settled).catch((problem) => {
    if (!(problem instanceof NotSaved)) throw problem
  })
}

export interface Uploaded {
  sent: number
  refused: number
}

/** Send what waits, oldest first, until nothing waits or the network is gone. Safe to call at any time. */
export async function upload(): Promise<Uploaded> {
  const total = { sent: 0, refused: 0 }
  if (uploading.value || !me.value) return total
  uploading.value = true
  try {
    for (let some = nextUpload(entries.value); some.length > 0; some = nextUpload(entries.value)) {
      const settled = await uploadSome(some)
      total.sent += settled.filter((entry) => entry.state === 'sent').length
      total.refused += settled.filter((entry) => entry.state === 'refused').length
      if (settled.every((entry) => entry.state === 'waiting')) break
    }
  } finally {
    uploading.value = false
  }
  return total
}

async function uploadSome(some: Entry[]): Promise<Entry[]> {
  const { settled, wipe } = await answered(some)
  await writeAnswer(settled)
  if (wipe) await wipePhone()
  return settled
}

async function answered(some: Entry[]): Promise<{ settled: Entry[]; wipe: boolean }> {
  try {
    const { results, wipe = false } = await api.upload(commandsOf(some), device, __APP_VERSION__)
    online.value = true
    if (results.length < some.length) comeAgainSoon()
    return { settled: settle(some, results, isoWithOffset(new Date())), wipe }
  } catch (problem) {
    if (problem instanceof Unreachable) online.value = false
    // A refusal of the whole upload is about the session or the request, not about any one record: all of them wait.
    if (problem instanceof Refusal && problem.status === 401) mustSignIn.value = true
    if (problem instanceof Refusal && problem.status === 503) comeAgainSoon()
    return { settled: notAnswered(some), wipe: false }
  }
}

/** Ask a busy server again after some seconds, not the same ones on every phone of the county. */
function comeAgainSoon(): void {
  setTimeout(() => void upload(), BUSY_MS * (1 + 3 * Math.random()))
}

/** Empty a phone reported lost: the list of people at once, the records once the server keeps all of them. */
async function wipePhone(): Promise<void> {
  if (waiting.value > 0) {
    // The server ended the session with its answer: what still waits goes up after the next sign-in.
    await phone.value?.dropDownloads()
    mustSignIn.value = true
    if (phone.value?.lasting) window.location.reload()
    return
  }
  await signOutAndWipe()
  entries.value = []
  mustSignIn.value = true
}

/** A phone reported lost: what still waits is handed over first, because the server keeps it for a person to judge. */
export async function handOverAndWipe(): Promise<void> {
  await upload()
  if (me.value) await wipePhone()
}

export async function retry(entry: Entry): Promise<void> {
  await write([retried(entry)])
  void upload()
}

export async function putAside(entry: Entry): Promise<void> {
  await write([setAside(entry, isoWithOffset(new Date()))])
}

/** Everything not accepted by the server, as a file. Returns how many records are in it. */
export function exportFile(): number {
  const file = outboxFile(
    entries.value,
    { device_id: device, account: me.value?.account.id ?? '' },
    isoWithOffset(new Date()),
  )
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: 'application/json' }))
  link.download = `lianfang-${file.exported_at.slice(0, 16).replace(/[:T]/g, '-')}.json`
  link.click()
  URL.revokeObjectURL(link.href)
  return file.commands.length
}
