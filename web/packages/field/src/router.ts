import { createRouter, createWebHistory } from 'vue-router'
import Today from './pages/Today.vue'
import { locked, me, mustSignIn, resume } from './store/session'
import { startWork } from './store/start'

export const router = createRouter({
  history: createWebHistory('/field/'),
  // a first page stands at its top already, and asking for it would lay the page out once more
  scrollBehavior: (_to, from, saved) => saved ?? (from.matched.length > 0 && { top: 0 }),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignIn.vue') },
    { path: '/unlock', name: 'unlock', component: () => import('./pages/Unlock.vue') },
    { path: '/', name: 'today', component: Today },
    { path: '/find', name: 'find', component: () => import('./pages/Find.vue') },
    { path: '/queue', name: 'queue', component: () => import('./pages/Queue.vue') },
    { path: '/mine', name: 'mine', component: () => import('./pages/Mine.vue') },
    { path: '/house/:id', name: 'house', component: () => import('./pages/House.vue') },
    { path: '/house/:id/edit', name: 'house-edit', component: () => import('./pages/HouseEdit.vue') },
    { path: '/house-new', name: 'house-new', component: () => import('./pages/HouseEdit.vue') },
    { path: '/person/:id/edit', name: 'person-edit', component: () => import('./pages/PersonEdit.vue') },
    { path: '/house/:house/person-new', name: 'person-new', component: () => import('./pages/PersonEdit.vue') },
    { path: '/reading/:person', name: 'reading', component: () => import('./pages/Reading.vue') },
    { path: '/visit/:household', name: 'visit', component: () => import('./pages/Visit.vue') },
    { path: '/duty', name: 'duty', component: () => import('./pages/Duty.vue') },
    { path: '/gate', name: 'gate', component: () => import('./pages/Gate.vue') },
    { path: '/give', name: 'give', component: () => import('./pages/Give.vue') },
    { path: '/take', name: 'take', component: () => import('./pages/Take.vue') },
    { path: '/errand/:id', name: 'errand', component: () => import('./pages/ErrandPage.vue') },
    { path: '/call/:person', name: 'call', component: () => import('./pages/Call.vue') },
    { path: '/lead/:id', name: 'lead', component: () => import('./pages/Lead.vue') },
    { path: '/answer/:kind(referral|escalation)/:id', name: 'answer', component: () => import('./pages/Answer.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

let resumed = false

router.beforeEach(async (to) => {
  if (!resumed) {
    resumed = true
    const held = await resume()
    if (me.value) await startWork(held)
  }
  if (locked.value) return to.name === 'unlock' || { name: 'unlock' }
  if (to.name === 'unlock') return { name: 'today' }
  if ((!me.value || mustSignIn.value) && to.name !== 'sign-in') return { name: 'sign-in' }
  if (me.value && !mustSignIn.value && to.name === 'sign-in') return { name: 'today' }
  return true
})
