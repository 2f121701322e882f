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
import { computed, ref, shallowRef } from 'vue'
import { KeyReplaced } from './sealed'
import { api, device, me, mustSignIn, online, phone, signOutAndWipe } from './session'

export const entries = shallowRef<Entry[]>([])
export const uploading = ref(false)
export const waiting = computed(() => waitingCount(entries.value))
export const refused = computed(() => refusedCount(entries.value))
export const unsent = computed(() => hasUnsent(entries.value))

const KEEP_SENT_MS = 36 * 3600000

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

/** Put work in the queue and start an upload. Returns once the work is safely on the phone. */
export async function record(work: NewWork): Promise<Entry> {
  const now = isoWithOffset(new Date())
  // The store takes plain values only: what a page holds is wrapped for the screen.
  const input = JSON.parse(JSON.stringify(work.input)) as Record<string, unknown>
  const entry = queued({ ...work, input, id: uuid7(), happened_at: now }, now)
  await write([entry])
  // Where the browser keeps nothing, only the server makes it safe.
  if (phone.value?.lasting) void upload()
  else await upload()
  return entry
}

async function write(changed: Entry[]): Promise<void> {
  await phone.value?.keepEntries(changed).catch(beginAgain)
  const byId = new Map(entries.value.map((entry) => [entry.id, entry]))
  for (const entry of changed) byId.set(entry.id, entry)
  entries.value = [...byId.values()]
}

/** Another page of this phone changed the PIN: this one opens the store anew and says nothing is saved. */
function beginAgain(problem: unknown): never {
  if (problem instanceof KeyReplaced) window.location.reload()
  throw problem
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
  const settled = await answered(some)
  await write(settled)
  return settled
}

async function answered(some: Entry[]): Promise<Entry[]> {
  try {
    const { results, wipe } = await api.upload(commandsOf(some), device, __APP_VERSION__)
    online.value = true
    // A phone reported lost has handed everything over with this upload; nothing of the account may stay on it.
    if (wipe) await wipePhone()
    return settle(some, results, isoWithOffset(new Date()))
  } catch (problem) {
    if (problem instanceof Unreachable) online.value = false
    // A refusal of the whole upload is about the session or the request, not about any one record: all of them wait.
    if (problem instanceof Refusal && problem.status === 401) mustSignIn.value = true
    return notAnswered(some)
  }
}

async function wipePhone(): Promise<void> {
  await signOutAndWipe()
  entries.value = []
  mustSignIn.value = true
}

/** A phone reported lost: what still waits is handed over first, because the server keeps it for a person to judge. */
export async function handOverAndWipe(): Promise<void> {
  await upload()
  if (!me.value) return
  // The server ended the session with its refusal: work that still waits goes up after the next sign-in, then the phone is wiped.
  if (waiting.value > 0) mustSignIn.value = true
  else await wipePhone()
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
