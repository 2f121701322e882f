// The grid on this phone: downloaded whole, kept in the store, shown at once on the next start.
import { Refusal, Unreachable } from '@lianfang/core'
import { computed, ref, shallowRef } from 'vue'
import type { Bundle, Household, Person } from './bundle'
import { type Given, stillOn, type Taken, withHanded } from './handing'
import { type HeldGrid, heldGrid } from './held'
import { entries, gridOf, handOverAndWipe } from './outbox'
import { withEdits } from './overlay'
import { readBundle } from './reading'
import { api, device, me, mustSignIn, online, phone } from './session'

const own = shallowRef<Bundle | null>(null)
export const taken = shallowRef<Taken[]>([])
export const given = shallowRef<Given[]>([])
const whole = computed(() => own.value && withHanded(own.value, taken.value, given.value, new Date().toISOString()))
/** The own grid, with what was handed from phone to phone and what this phone has edited since. */
export const bundle = computed(() => whole.value && withEdits(whole.value, entries.value))
export const downloading = ref(false)

export const households = computed(() => new Map((bundle.value?.households ?? []).map((one) => [one.id, one])))
export const persons = computed(() => new Map((bundle.value?.persons ?? []).map((one) => [one.id, one])))

const byHousehold = computed(() => {
  const homes = new Map<string, Person[]>()
  for (const person of bundle.value?.persons ?? []) {
    if (!person.household_id) continue
    const home = homes.get(person.household_id)
    if (home) home.push(person)
    else homes.set(person.household_id, [person])
  }
  return homes
})

export function membersOf(household: string): Person[] {
  return byHousehold.value.get(household) ?? []
}

export function houseName(house: Household | undefined, otherwise: string): string {
  if (!house) return otherwise
  return [house.door_no || house.address, house.head].filter(Boolean).join(' ') || otherwise
}

export async function openGrid(held?: HeldGrid | null): Promise<void> {
  const found = held ?? (phone.value && (await heldGrid(phone.value)))
  const now = new Date().toISOString()
  have(found?.bundle ?? null)
  taken.value = stillOn(found?.taken ?? [], now)
  given.value = stillOn(found?.given ?? [], now)
  if (found && taken.value.length < found.taken.length) await keepTaken(taken.value)
}

function have(grid: Bundle | null): void {
  own.value = grid
  gridOf.value = grid?.as_of ?? ''
}

export function clearGrid(): void {
  have(null)
  taken.value = []
  given.value = []
}

export async function keepTaken(all: Taken[]): Promise<void> {
  await phone.value?.keepHanded('taken', all)
  taken.value = all
}

export async function keepGiven(all: Given[]): Promise<void> {
  await phone.value?.keepHanded('given', all)
  given.value = all
}

/** Download the grid again. Keeps the old one when there is no network. */
export async function downloadGrid(): Promise<void> {
  if (downloading.value || !me.value) return
  downloading.value = true
  try {
    const key = (await phone.value?.signer())?.shown
    const fresh = readBundle(await api.bundle(device, __APP_VERSION__, key))
    await keepFresh(fresh)
    online.value = true
  } catch (problem) {
    if (problem instanceof Unreachable) online.value = false
    else if (problem instanceof Refusal && problem.status === 401) mustSignIn.value = true
    else if (problem instanceof Refusal && problem.body.details?.wipe === true) await handOverAndWipe()
    else throw problem
  } finally {
    downloading.value = false
  }
}

/** Keep what was downloaded, unless the server answered that nothing has changed: then it lies here already. */
async function keepFresh(fresh: Bundle): Promise<void> {
  if (fresh.as_of === own.value?.as_of) {
    await phone.value?.noteHeard(fresh.keep_days)
    return
  }
  await phone.value?.keepBundle(fresh)
  have(fresh)
}

/** The address to dial, or nothing when the number came masked. */
export function telOf(phone: string | null | undefined): string | undefined {
  const digits = (phone ?? '').replace(/[\s-]/g, '')
  return /^\+?\d{5,}$/.test(digits) ? `tel:${digits}` : undefined
}
