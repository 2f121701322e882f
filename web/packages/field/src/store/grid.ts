// The grid on this phone: downloaded whole, kept in the store, shown at once on the next start.
import { Refusal, Unreachable } from '@lianfang/core'
import { computed, ref, shallowRef } from 'vue'
import type { Bundle, Household, Person } from './bundle'
import { entries, handOverAndWipe } from './outbox'
import { withEdits } from './overlay'
import { readBundle } from './reading'
import { api, device, me, mustSignIn, online, phone } from './session'

/** As it was downloaded. */
export const downloaded = shallowRef<Bundle | null>(null)
/** With what this phone has edited since. */
export const bundle = computed(() => downloaded.value && withEdits(downloaded.value, entries.value))
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

export async function openGrid(): Promise<void> {
  downloaded.value = (await phone.value?.bundle()) ?? null
}

/** Download the grid again. Keeps the old one when there is no network. */
export async function downloadGrid(): Promise<void> {
  if (downloading.value || !me.value) return
  downloading.value = true
  try {
    const fresh = readBundle(await api.bundle(device, __APP_VERSION__))
    await phone.value?.keepBundle(fresh)
    downloaded.value = fresh
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

/** The address to dial, or nothing when the number came masked. */
export function telOf(phone: string | null | undefined): string | undefined {
  const digits = (phone ?? '').replace(/[\s-]/g, '')
  return /^\+?\d{5,}$/.test(digits) ? `tel:${digits}` : undefined
}
