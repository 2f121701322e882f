// The few tables whose rows deserve a page of their own above the generic one.
import { type Component, defineAsyncComponent } from 'vue'

const observation = defineAsyncComponent(() => import('../pages/ObservationPanel.vue'))

const SPECIAL: Record<string, Component> = {
  'people.households': defineAsyncComponent(() => import('../pages/HouseholdPanel.vue')),
  'observation.orders': observation,
  'observation.timetable': observation,
}

export const specialFor = (table: string): Component | undefined => SPECIAL[table]
