/** The pages of the console, in the groups of the rail. Only pages that exist. */

export interface NavPage {
  /** Name of the route. */
  to: string
  /** Key of its words in the locales. */
  text: string
  /** Routes below it, such as one device of the devices. */
  below?: readonly string[]
}

export interface NavGroup {
  /** Key of its words in the locales. */
  text: string
  pages: readonly NavPage[]
}

export const GROUPS: readonly NavGroup[] = [
  {
    text: 'nav.operation',
    pages: [
      { to: 'alerts', text: 'nav.alerts' },
      { to: 'last-building', text: 'nav.building', below: ['building', 'meters'] },
      { to: 'portfolio', text: 'nav.portfolio' },
      { to: 'water', text: 'water.title' },
      { to: 'quality', text: 'nav.quality' },
      { to: 'night', text: 'nav.night' },
      { to: 'duty', text: 'nav.duty' },
      { to: 'work-orders', text: 'duty.orders' },
      { to: 'fleet', text: 'nav.fleet' },
      { to: 'fleet-use', text: 'fleetMoney.use' },
      { to: 'devices', text: 'nav.devices', below: ['device', 'new-device', 'labels'] },
    ],
  },
  {
    text: 'nav.ledger',
    pages: [
      { to: 'entries', text: 'nav.entries' },
      { to: 'entry-board', text: 'nav.board' },
      { to: 'bills', text: 'nav.bills' },
      { to: 'fleet-costs', text: 'fleetMoney.costs' },
      { to: 'fleet-displacement', text: 'fleetMoney.displacement' },
      { to: 'metrology', text: 'nav.metrology' },
      { to: 'ledger', text: 'nav.closing' },
      { to: 'statistics', text: 'nav.statistics' },
      { to: 'reports', text: 'reports.title' },
      { to: 'savings', text: 'savings.page' },
      { to: 'contracts', text: 'nav.contracts', below: ['contract', 'statement'] },
    ],
  },
  {
    text: 'nav.rules',
    pages: [
      { to: 'alert-rules', text: 'nav.alertRules' },
      { to: 'tariffs', text: 'nav.tariffs' },
      { to: 'factors', text: 'nav.factors' },
      { to: 'limits', text: 'limits.title' },
      { to: 'calendar', text: 'nav.calendars' },
      { to: 'facts', text: 'nav.facts' },
      { to: 'fleet-setup', text: 'fleetSetup.title' },
    ],
  },
  {
    text: 'nav.house',
    pages: [
      { to: 'people', text: 'people.title' },
      { to: 'audit', text: 'audit.title' },
    ],
  },
]

export function isWithin({ to, below }: NavPage, route: string): boolean {
  return to === route || (below?.includes(route) ?? false)
}

/** The group whose page this route is; null for a page of none, such as an unknown address. */
export function groupOf(route: string, groups: readonly NavGroup[] = GROUPS): NavGroup | null {
  return groups.find(({ pages }) => pages.some((page) => isWithin(page, route))) ?? null
}
