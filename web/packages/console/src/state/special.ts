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
  'workforce.posts': defineAsyncComponent(() => import('../pages/PostPanel.vue')),
  'workforce.rosters': defineAsyncComponent(() => import('../pages/RosterPanel.vue')),
}

/** What the way to such a page is called where it is more than the same in full. */
const OPENS: Record<string, string> = { 'workforce.rosters': 'roster.open' }

export const opensAs = (table: string): string => OPENS[table] ?? 'detail.full'

/** Acts that are done on the page of their row, where everything to decide by stands, instead of in a form. */
const ON_PAGE = new Set(['people.settle_conflict'])

export const isDoneOnPage = (action: string): boolean => ON_PAGE.has(action)

export const specialFor = (table: string): Component | undefined => SPECIAL[table]
