/** Institutions in an order, those without a value last; what of them is held against what. */
import type { Indicator, IndicatorName, InstitutionYear, Quota } from '../api/portfolio'

export const COLUMNS = ['indicator', 'institution', 'quota', 'median', 'coverage', 'alerts'] as const
export type Column = (typeof COLUMNS)[number]

/** So much graver is one alert than any number of the next priority on a page. */
const GRAVER = 10_000

export function indicatorOf(institution: InstitutionYear, name: IndicatorName): Indicator | undefined {
  return institution.indicators.find((each) => each.name === name)
}

/** A limit, and the value as a share of its constraint; null where it is not judged. */
export interface Judged {
  quota: Quota
  share: number | null
}

/** The indicator's own quotas, of each kind of building that may be meant; where it has none, those of another indicator. */
export function quotasOf(institution: InstitutionYear, name: IndicatorName): { indicator: Indicator; judged: Judged[] } | null {
  const own = indicatorOf(institution, name)
  const indicator = [...(own ? [own] : []), ...institution.indicators].find(({ quotas }) => quotas.length > 0)
  if (!indicator) return null
  const share = ({ band, constraint }: Quota): number | null => (band === null || indicator.value === null ? null : indicator.value / constraint)
  return { indicator, judged: indicator.quotas.map((quota) => ({ quota, share: share(quota) })) }
}

/** By the mildest of them. */
function quotaShare(institution: InstitutionYear, name: IndicatorName): number | null {
  const shares = quotasOf(institution, name)?.judged.flatMap(({ share }) => (share === null ? [] : [share])) ?? []
  return shares.length ? Math.min(...shares) : null
}

/** How far it lies from the median of its class, as a share of the median. */
export function fromMedian(institution: InstitutionYear, name: IndicatorName): number | null {
  const found = indicatorOf(institution, name)
  const median = found?.rank?.median
  return !found || found.value === null || !median ? null : found.value / median - 1
}

/** By which institutions are ordered; null comes last. */
function keyOf(institution: InstitutionYear, name: IndicatorName, column: Column): number | string | null {
  const { urgent, high, low } = institution.alerts
  switch (column) {
    case 'institution': return institution.code
    case 'quota': return quotaShare(institution, name)
    case 'median': return fromMedian(institution, name)
    case 'coverage': return leastCoverage(institution)
    case 'alerts': return (urgent * GRAVER + high) * GRAVER + low
    default: return indicatorOf(institution, name)?.value ?? null
  }
}

export function inOrderOf(institutions: readonly InstitutionYear[], name: IndicatorName, column: Column = 'indicator', falling = false): InstitutionYear[] {
  const sign = falling ? -1 : 1
  return [...institutions].sort((a, b) => {
    const [first, second] = [keyOf(a, name, column), keyOf(b, name, column)]
    if (first === second) return a.code.localeCompare(b.code)
    if (first === null || second === null) return first === null ? 1 : -1
    return first < second ? -sign : sign
  })
}

/** Share of the time that the least measured carrier has figures for; null where nothing is metered. */
export function leastCoverage(institution: InstitutionYear): number | null {
  const covered = institution.carriers.flatMap(({ coverage }) => (coverage === null ? [] : [coverage]))
  return covered.length ? Math.min(...covered) : null
}

/** Institutions of one kind and climate zone that have a value of an indicator, the largest class first. */
export interface PeerClass {
  use: string | null
  zone: string | null
  members: InstitutionYear[]
  /** Null among too few. */
  median: number | null
}

export function classesOf(institutions: readonly InstitutionYear[], name: IndicatorName): PeerClass[] {
  const found = new Map<string, PeerClass>()
  for (const each of institutions) {
    const indicator = indicatorOf(each, name)
    if (!indicator || indicator.value === null) continue
    const key = `${each.use} ${each.climate_zone}`
    const peers = found.get(key) ?? { use: each.use, zone: each.climate_zone, members: [], median: null }
    peers.members.push(each)
    peers.median ??= indicator.rank?.median ?? null
    found.set(key, peers)
  }
  return [...found.values()].sort((a, b) => b.members.length - a.members.length)
}

/** Lanes in which dots of a line do not cover each other; `at` in the order of the line. [px] */
export function lanes(at: readonly number[], apart: number, most: number): number[] {
  const last: number[] = []
  return at.map((x) => {
    const free = last.findIndex((before) => x - before >= apart)
    const lane = free >= 0 ? free : last.length < most ? last.length : last.indexOf(Math.min(...last))
    last[lane] = x
    return lane
  })
}

/** Each grid factor in use once, with how many institutions it stands for. */
export function gridFactors(institutions: readonly InstitutionYear[]) {
  const found = new Map<string, { grid: NonNullable<InstitutionYear['grid']>; n: number }>()
  for (const { grid } of institutions) {
    if (!grid) continue
    const key = `${grid.wanted_region} ${grid.factor.region} ${grid.factor.year}`
    const seen = found.get(key)
    if (seen) seen.n += 1
    else found.set(key, { grid, n: 1 })
  }
  return [...found.values()]
}
