// The addresses of the console. Every view can be reloaded, bookmarked and sent to a colleague.
import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import Home from './pages/Home.vue'
import SignIn from './pages/SignIn.vue'
import TableList from './pages/TableList.vue'
import { me, resumeSession } from './state/session'

const routes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: SignIn, meta: { open: true } },
  { path: '/', name: 'home', component: Home },
  { path: '/gaps/:name', name: 'gap', component: () => import('./pages/GapList.vue') },
  { path: '/tables/:table', name: 'table', component: TableList },
  { path: '/tables/:table/:id', name: 'row', component: () => import('./pages/RowPage.vue') },
  { path: '/grid/:action', name: 'grid', component: () => import('./pages/Grid.vue') },
  { path: '/intake/:batch?', name: 'intake', component: () => import('./pages/Intake.vue') },
  { path: '/coverage', name: 'coverage', component: () => import('./pages/Coverage.vue') },
  { path: '/posts', name: 'posts', component: () => import('./pages/PostMap.vue') },
  { path: '/report', name: 'report', component: () => import('./pages/DailyReport.vue') },
  { path: '/sheets', name: 'sheets', component: () => import('./pages/Sheets.vue') },
  { path: '/sheets/:id', name: 'sheet', component: () => import('./pages/Sheet.vue') },
  { path: '/forms', name: 'forms', component: () => import('./pages/Forms.vue') },
  { path: '/forms/:code', name: 'form', component: () => import('./pages/Form.vue') },
  { path: '/burden', name: 'burden', component: () => import('./pages/Burden.vue') },
  { path: '/registers', name: 'registers', component: () => import('./pages/Registers.vue') },
  { path: '/queue-import', name: 'queue-import', component: () => import('./pages/QueueImport.vue') },
  { path: '/pairs/:queue(doubles|matches)?', name: 'pairs', component: () => import('./pages/Pairs.vue') },
  { path: '/jobs', name: 'jobs', component: () => import('./pages/Jobs.vue') },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./pages/Missing.vue') },
]

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

let resumed = false

router.beforeEach(async (to) => {
  if (!resumed) {
    resumed = true
    await resumeSession().catch(() => false)
  }
  if (!me.value && !to.meta.open) return { name: 'sign-in', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (me.value && to.name === 'sign-in') return { name: 'home' }
  return true
})
