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
    { path: '/', name: 'home', redirect: () => ({ name: home() }) },
    { path: '/buildings', name: 'last-building', component: () => import('./pages/LastBuilding.vue'), meta: { title: 'nav.building' } },
    { path: '/buildings/:id(\\d+)', name: 'building', component: () => import('./pages/BuildingPage.vue'), meta: { title: 'nav.building' } },
    { path: '/alerts', name: 'alerts', component: () => import('./pages/AlertsPage.vue'), meta: { title: 'alerts.title' } },
    { path: '/alert-rules', name: 'alert-rules', component: () => import('./pages/AlertRulesPage.vue'), meta: { title: 'alertRules.title' } },
    { path: '/portfolio', name: 'portfolio', component: () => import('./pages/PortfolioPage.vue'), meta: { title: 'nav.portfolio' } },
    { path: '/water', name: 'water', component: () => import('./pages/WaterPage.vue'), meta: { title: 'water.title' } },
    { path: '/quotas', name: 'limits', component: () => import('./pages/LimitsPage.vue'), meta: { title: 'limits.title' } },
    { path: '/factors', name: 'factors', component: () => import('./pages/FactorsPage.vue'), meta: { title: 'nav.factors' } },
    { path: '/buildings/:id(\\d+)/meters', name: 'meters', component: () => import('./pages/MeterTreePage.vue'), meta: { title: 'tree.title' } },
    { path: '/devices', name: 'devices', component: () => import('./pages/DevicesPage.vue'), meta: { title: 'nav.devices' } },
    { path: '/devices/new', name: 'new-device', component: () => import('./pages/NewDevicePage.vue'), meta: { title: 'onboard.title' } },
    { path: '/devices/labels', name: 'labels', component: () => import('./pages/LabelsPage.vue'), meta: { title: 'labels.title' } },
    { path: '/devices/:id(\\d+)', name: 'device', component: () => import('./pages/DevicePage.vue'), meta: { title: 'nav.devices' } },
    { path: '/tariffs', name: 'tariffs', component: () => import('./pages/TariffsPage.vue'), meta: { title: 'nav.tariffs' } },
    { path: '/bills', name: 'bills', component: () => import('./pages/BillsPage.vue'), meta: { title: 'nav.bills' } },
    { path: '/statistics', name: 'statistics', component: () => import('./pages/StatisticsPage.vue'), meta: { title: 'statistics.title' } },
    { path: '/ledger', name: 'ledger', component: () => import('./pages/LedgerPage.vue'), meta: { title: 'ledger.title' } },
    { path: '/reports', name: 'reports', component: () => import('./pages/ReportsPage.vue'), meta: { title: 'reports.title' } },
    { path: '/savings', name: 'savings', component: () => import('./pages/SavingsPage.vue'), meta: { title: 'savings.page' } },
    { path: '/contracts', name: 'contracts', component: () => import('./pages/ContractsPage.vue'), meta: { title: 'contracts.title' } },
    { path: '/contracts/:id(\\d+)', name: 'contract', component: () => import('./pages/ContractPage.vue'), meta: { title: 'contracts.contract' } },
    { path: '/statements/:id(\\d+)', name: 'statement', component: () => import('./pages/StatementPage.vue'), meta: { title: 'contracts.statement' } },
    { path: '/entries', name: 'entries', component: () => import('./pages/EntriesPage.vue'), meta: { title: 'entries.title' } },
    { path: '/entries/board', name: 'entry-board', component: () => import('./pages/EntryBoardPage.vue'), meta: { title: 'entries.board' } },
    { path: '/metrology', name: 'metrology', component: () => import('./pages/MetrologyPage.vue'), meta: { title: 'metrology.title' } },
    { path: '/data-quality', name: 'quality', component: () => import('./pages/QualityPage.vue'), meta: { title: 'nav.quality' } },
    { path: '/night', name: 'night', component: () => import('./pages/NightPage.vue'), meta: { title: 'duty.night' } },
    { path: '/duty', name: 'duty', component: () => import('./pages/DutyPage.vue'), meta: { title: 'duty.title' } },
    { path: '/work-orders', name: 'work-orders', component: () => import('./pages/WorkOrdersPage.vue'), meta: { title: 'duty.orders' } },
    { path: '/acknowledge/:token([\\w-]+)', name: 'acknowledge', component: () => import('./pages/AcknowledgePage.vue'), meta: { title: 'duty.linkTitle', open: true } },
    { path: '/places', name: 'facts', component: () => import('./pages/FactsPage.vue'), meta: { title: 'facts.title' } },
    { path: '/fleet', name: 'fleet', component: () => import('./pages/FleetPage.vue'), meta: { title: 'nav.fleet' } },
    { path: '/people', name: 'people', component: () => import('./pages/PeoplePage.vue'), meta: { title: 'people.title' } },
    { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'audit.title' } },
    { path: '/password', name: 'password', component: () => import('./pages/PasswordPage.vue'), meta: { title: 'password.title' } },
    { path: '/calendar', name: 'calendar', component: () => import('./pages/CalendarPage.vue'), meta: { title: 'calendars.title' } },
    { path: '/fleet/setup', name: 'fleet-setup', component: () => import('./pages/FleetSetupPage.vue'), meta: { title: 'fleetSetup.title' } },
    { path: '/fleet/costs', name: 'fleet-costs', component: () => import('./pages/FleetCostsPage.vue'), meta: { title: 'fleetMoney.costs' } },
    { path: '/fleet/displacement', name: 'fleet-displacement', component: () => import('./pages/FleetDisplacementPage.vue'), meta: { title: 'fleetMoney.displacement' } },
    { path: '/fleet/use', name: 'fleet-use', component: () => import('./pages/FleetUsePage.vue'), meta: { title: 'fleetMoney.use' } },
    { path: '/:rest(.*)*', name: 'unknown', component: () => import('./pages/UnknownPage.vue'), meta: { title: 'unknown.title' } },
  ],
})

/** Who watches people or the log sees no meter: their home is what they are there for. */
function home(): string {
  const roles = session.value?.person.roles ?? []
  if (roles.length > 0 && roles.every((role) => role === 'security_administrator')) return 'people'
  if (roles.length > 0 && roles.every((role) => role === 'audit_administrator')) return 'audit'
  return 'alerts'
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  // Of a server that cannot be reached the sign-in page tells as soon as somebody tries.
  await restoreSession().catch(() => undefined)
  if (session.value?.must_change && to.name !== 'password') return { name: 'password' }
  return session.value ? true : { name: 'sign-in', query: { next: to.fullPath } }
})
