/** Institutions in the order of one indicator, the least use first; who has no value comes last. */
import type { Indicator, IndicatorName, InstitutionYear } from '../api/portfolio'

export function indicatorOf(institution: InstitutionYear, name: IndicatorName): Indicator | undefined {
  return institution.indicators.find((each) => each.name === name)
}

export function inOrderOf(institutions: readonly InstitutionYear[], name: IndicatorName): InstitutionYear[] {
  const value = (each: InstitutionYear): number => indicatorOf(each, name)?.value ?? Infinity
  return [...institutions].sort((a, b) => {
    const [first, second] = [value(a), value(b)]
    return first === second ? a.code.localeCompare(b.code) : first < second ? -1 : 1
  })
}

/** Share of the time that the least measured carrier has figures for; null where nothing is metered. */
export function leastCoverage(institution: InstitutionYear): number | null {
  const covered = institution.carriers.flatMap(({ coverage }) => (coverage === null ? [] : [coverage]))
  return covered.length ? Math.min(...covered) : null
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
