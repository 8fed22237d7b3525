/** Terms of a contract as sentences: the key of each in the locales, with its numbers ready to be read. */
import type { RefundTerms, RoomRule, Terms, Tier } from '../api/contracts'
import { formatShare, unitSymbol } from '../format/number'
import { formatAmount, formatQuantity } from '../money/amount'

export interface Clause {
  /** Key below `contracts.clause`. */
  key: string
  values: Record<string, string | number>
}

type Say = (key: string, values?: Clause['values']) => Clause
const say: Say = (key, values = {}) => ({ key, values })
const share = (text: string, locale: string): string => formatShare(Number(text), locale)

/** "> 0 K: 10%; > 2 K: 50%": read alike in both languages. */
const tiersOf = (tiers: readonly Tier[], edge: (above: string) => string, locale: string): string =>
  tiers.map((each) => `> ${edge(each.above)}: ${share(each.share, locale)}`).join('; ')

/** Name of a line in the language of the page. */
function nameOfLine({ lines }: Terms, of: string, locale: string): string {
  const line = lines.find(({ code }) => code === of)
  return (locale.startsWith('zh') ? line?.name_zh : line?.name_en) || of
}

/** A sentence for each bound that was promised for the rooms. */
function refundClauses({ name_zh, name_en, tiers, unmeasured, lowest_c, highest_c }: RefundTerms, line: string, locale: string): Clause[] {
  const values = { name: locale.startsWith('zh') ? name_zh : name_en, line, tiers: tiersOf(tiers, (above) => `${above} K`, locale), share: share(unmeasured, locale) }
  return [
    ...(lowest_c === undefined ? [] : [say('refundCold', { ...values, bound: lowest_c })]),
    ...(highest_c === undefined ? [] : [say('refundWarm', { ...values, bound: highest_c })]),
  ]
}

/** What is paid, by whom, when, and what changes it. */
export function paymentClauses(terms: Terms, locale: string): Clause[] {
  const { sharing, guarantee, fee_cap, kpi_cap, kpis, retention } = terms
  const clauses = [say(terms.kind === 'trusteeship' ? `mode.${terms.utilities_paid_by}` : `mode.${terms.kind}`), say(`schedule.${terms.payment_schedule}`, { day: terms.payment_day })]
  if (terms.kind === 'trusteeship') clauses.push(say('coefficient', { share: share(terms.coefficient, locale) }))
  clauses.push(say(`adjusted.${terms.adjustment_schedule}`))
  if (terms.true_up_schedule === 'quarterly') clauses.push(say('trueUpQuarterly'))
  if (sharing) clauses.push(say('sharing', { share: share(sharing.share, locale), margin: share(sharing.margin, locale) }))
  for (const each of terms.provider_shares) clauses.push(say('providerShare', { share: share(each.share, locale), day: each.first_day }))
  if (guarantee) {
    const values = { line: nameOfLine(terms, guarantee.line, locale), quantity: formatQuantity(guarantee.quantity, locale), unit: unitSymbol(terms.lines.find(({ code }) => code === guarantee.line)?.unit ?? '') }
    clauses.push(guarantee.surplus_tiers ? say('guaranteeAlone', values) : say('guarantee', { ...values, share: share(guarantee.surplus_share, locale) }))
  }
  if (guarantee?.shortfall_tiers) clauses.push(say('shortfallTiers', { tiers: tiersOf(guarantee.shortfall_tiers, (above) => share(above, locale), locale) }))
  if (guarantee?.surplus_tiers) clauses.push(say('surplusTiers', { tiers: tiersOf(guarantee.surplus_tiers, (above) => share(above, locale), locale) }))
  if (guarantee?.shortfall_tiers || guarantee?.surplus_tiers) clauses.push(say(`tierMode.${guarantee.tier_mode ?? 'excess'}`))
  for (const each of terms.refunds ?? []) clauses.push(...refundClauses(each, nameOfLine(terms, each.line, locale), locale))
  if (kpis.length > 0) clauses.push(say('kpiCap', { share: share(kpi_cap, locale) }))
  for (const { drawn_from, within_h, rooms, name_zh, name_en } of kpis) {
    const name = locale.startsWith('zh') ? name_zh : name_en
    if (rooms) clauses.push(roomClause(rooms, name, locale))
    else if (drawn_from) clauses.push(say(`kpiDrawn.${drawn_from}`, { name, hours: within_h === undefined ? '' : formatQuantity(within_h, locale) }))
  }
  if (fee_cap !== undefined) clauses.push(say('feeCap', { amount: formatAmount(fee_cap, locale) }))
  if (Number(retention) > 0) clauses.push(say('retention', { share: share(retention, locale) }))
  return clauses
}

/** Which rooms are to be how warm, and when. */
function roomClause(rooms: RoomRule, name: string, locale: string): Clause {
  const [lowest, highest] = [rooms.lowest_c, rooms.highest_c].map((each) => each && formatQuantity(each, locale))
  const bounds = lowest && highest ? `${lowest} – ${highest} °C` : lowest ? `≥ ${lowest} °C` : `≤ ${highest} °C`
  const months = rooms.months?.length ? rooms.months.join(', ') : '1 – 12'
  return say(`kpiRooms.${rooms.every_day ? 'everyDay' : 'workdays'}`, { name, bounds, months, rooms: rooms.devices.join(', '), from: rooms.from_hour, end: rooms.end_hour })
}

/** How missing data, late bills, closures and bands are dealt with. */
export function ruleClauses(terms: Terms, locale: string): Clause[] {
  const { substitution, closure } = terms
  const clauses = [say(`substitution.${substitution.method}`, { days: substitution.most_days })]
  clauses.push(closure ? say('closure', { share: share(closure.residual, locale), days: closure.min_days }) : say('noClosure'))
  clauses.push(say(`lateBills.${terms.late_bills}`), say(`band.${terms.band}`, { share: share(terms.confidence ?? '0.9', locale) }))
  const gaps = terms.weather_gaps
  if (!gaps && terms.lines.some(({ weather }) => weather.method !== 'none')) clauses.push(say('noWeatherGaps'))
  if (gaps?.stations.length) clauses.push(say('weatherStations', { stations: gaps.stations.join(', ') }))
  if (gaps?.most_days) clauses.push(say('weatherMean', { days: gaps.most_days }))
  for (const { code, unit, baseline, band, beta, band_mode, notice_days } of terms.adjustments) {
    const values = { code, unit: unitSymbol(unit), baseline: formatQuantity(baseline, locale), band: share(band, locale), beta: formatQuantity(beta, locale) }
    clauses.push(say(`adjustment.${band_mode}`, values), say('adjustmentNotice', { code, days: notice_days }))
  }
  if (terms.equipment_notice_days !== undefined) clauses.push(say('equipmentNotice', { days: terms.equipment_notice_days }))
  if (terms.meters.some(({ excluded }) => excluded)) {
    const tolerance = terms.charging_tolerance
    clauses.push(tolerance === undefined ? say('noChargingTolerance') : say('chargingTolerance', { share: share(tolerance, locale) }))
  }
  if (terms.certificates?.most_days) clauses.push(say('certificateDays', { days: terms.certificates.most_days, document: terms.certificates.document }))
  if (terms.certificates?.wanted) clauses.push(say('certificatesWanted'))
  clauses.push(say(`signing.${terms.signing ?? 'keys'}`))
  if (terms.meter_errors) clauses.push(say(`meterErrors.${terms.meter_errors.goes_back}`, { pct: terms.meter_errors.limit_pct }))
  const { quantity_digits, price_digits } = terms.rounding ?? {}
  if (quantity_digits !== undefined) clauses.push(say('roundingQuantity', { digits: quantity_digits }))
  if (price_digits !== undefined) clauses.push(say('roundingPrice', { digits: price_digits }))
  return clauses
}

/** How one line follows prices, weather and facts. */
export function lineClauses({ price_clause, weather, adjusted_by, coefficient, in_fee, in_bills }: Terms['lines'][number], locale: string): Clause[] {
  const clauses = [say(in_fee ? (in_bills ? 'line.both' : 'line.fee') : in_bills ? 'line.bills' : 'line.neither')]
  if (coefficient !== undefined) clauses.push(say('coefficient', { share: share(coefficient, locale) }))
  if (price_clause.mode !== 'floating') {
    clauses.push(say(`price.${price_clause.mode}`, { share: share(price_clause.share, locale), trigger: share(price_clause.trigger, locale) }))
  }
  if (weather.method !== 'none') clauses.push(say(`weather.${weather.method}`))
  if (adjusted_by.length > 0) clauses.push(say('line.adjusted', { codes: adjusted_by.join(', ') }))
  return clauses
}
