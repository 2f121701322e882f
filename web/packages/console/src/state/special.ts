// The few tables whose rows deserve a page of their own above the generic one.
import { type Component, defineAsyncComponent } from 'vue'

const observation = defineAsyncComponent(() => import('../pages/ObservationPanel.vue'))
const pair = defineAsyncComponent(() => import('../pages/PairPanel.vue'))

const SPECIAL: Record<string, Component> = {
  'people.households': defineAsyncComponent(() => import('../pages/HouseholdPanel.vue')),
  'people.conflicts': defineAsyncComponent(() => import('../pages/ConflictPanel.vue')),
  'people.duplicates': pair,
  'screening.match_proposals': pair,
  'observation.orders': observation,
  'observation.timetable': observation,
}

/** Acts that are done on the page of their row, where everything to decide by stands, instead of in a form. */
const ON_PAGE = new Set(['people.settle_conflict'])

export const isDoneOnPage = (action: string): boolean => ON_PAGE.has(action)

export const specialFor = (table: string): Component | undefined => SPECIAL[table]
