import { createRouter, createWebHistory } from 'vue-router'
import { restoreSession, session } from './state/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title in the locales. */
    title: string
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignIn.vue'), meta: { title: 'signIn.title', open: true } },
    { path: '/', name: 'home', component: () => import('./pages/Home.vue'), meta: { title: 'nav.building' } },
    { path: '/buildings/:id(\\d+)', name: 'building', component: () => import('./pages/BuildingPage.vue'), meta: { title: 'nav.building' } },
    { path: '/devices', name: 'devices', component: () => import('./pages/DevicesPage.vue'), meta: { title: 'nav.devices' } },
    { path: '/data-quality', name: 'quality', component: () => import('./pages/QualityPage.vue'), meta: { title: 'nav.quality' } },
    { path: '/:rest(.*)*', name: 'unknown', component: () => import('./pages/UnknownPage.vue'), meta: { title: 'unknown.title' } },
  ],
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  // Of a server that cannot be reached the sign-in page tells as soon as somebody tries.
  await restoreSession().catch(() => undefined)
  return session.value ? true : { name: 'sign-in', query: { next: to.fullPath } }
})
