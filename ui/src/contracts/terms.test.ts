import { expect, test } from 'vitest'
import zh from '../locales/zh-CN.json'
import type { Terms } from '../api/contracts'
import { lineClauses, paymentClauses, ruleClauses, type Clause } from './terms'

const line: Terms['lines'][number] = {
  code: 'electricity', kind: 'energy', unit: 'kWh', name_zh: '电费', name_en: 'Electricity', in_fee: true, in_bills: true, client_share: '0',
  adjusted_by: ['area'], price_clause: { mode: 'shared', share: '0.5', trigger: '0.05' }, weather: { method: 'ratio' },
}
const terms: Terms = {
  code: 'office', version: 1, kind: 'trusteeship', name_zh: '', name_en: '', client: 'C', provider: 'P', document: '', zone: 'Asia/Shanghai',
  first_day: '2026-01-01', end_day: '2031-01-01', utilities_paid_by: 'client', coefficient: '0.95', payment_schedule: 'quarterly',
  adjustment_schedule: 'yearly', payment_day: 15, lines: [line], meters: [], kpis: [], kpi_cap: '0.05', provider_shares: [], retention: '0.05',
  adjustments: [{ code: 'area', unit: 'm2', baseline: '20000', band: '0.05', beta: '0.6', band_mode: 'excess', notice_days: 30 }],
  fee_cap: '1068000', sharing: { share: '0.3', margin: '0.1' }, substitution: { method: 'mean_of_days', most_days: 5 },
  closure: { residual: '0.4', min_days: 3 }, late_bills: 'its_month', band: 'gates',
}
const keys = (clauses: Clause[]): string[] => clauses.map(({ key }) => key)
const worded = (key: string): unknown => key.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], zh.contracts.clause)

test('payment is told with its direction, schedule, share, cap and what is kept back', () => {
  const told = paymentClauses(terms, 'en-GB')
  expect(keys(told)).toEqual(['mode.client', 'schedule.quarterly', 'coefficient', 'adjusted.yearly', 'sharing', 'feeCap', 'retention'])
  expect(told.find(({ key }) => key === 'coefficient')?.values).toEqual({ share: '95%' })
  expect(told.find(({ key }) => key === 'feeCap')?.values).toEqual({ amount: '1,068,000.00' })
})

test('tiers are told by their edges', () => {
  const tiers = [{ above: '0', share: '1' }, { above: '0.02', share: '1.5' }]
  const told = paymentClauses({ ...terms, guarantee: { line: 'electricity', quantity: '1000', surplus_share: '0', shortfall_tiers: tiers } }, 'en-GB')
  expect(told.find(({ key }) => key === 'shortfallTiers')?.values).toEqual({ tiers: '> 0%: 100%; > 2%: 150%' })
  expect(keys(told)).toContain('tierMode.excess')
})

test('a contract that says nothing of a clause has no sentence of it', () => {
  const { sharing: _, fee_cap: __, closure: ___, ...plain } = terms
  expect(keys(paymentClauses({ ...plain, retention: '0' }, 'en-GB'))).toEqual(['mode.client', 'schedule.quarterly', 'coefficient', 'adjusted.yearly'])
  expect(keys(ruleClauses(plain, 'en-GB'))).toContain('noClosure')
})

test('every clause there can be is worded', () => {
  const modes = ['floating', 'fixed', 'shared'] as const
  const methods = ['none', 'model', 'degree_day_additive', 'ratio'] as const
  const lines = modes.flatMap((mode) => methods.map((method) => ({ ...line, coefficient: '0.9', price_clause: { ...line.price_clause, mode }, weather: { method } })))
  const guaranteed: Terms = {
    ...terms, kind: 'guaranteed_savings', kpis: (['meter_days', 'alerts_answered', 'alerts_ended'] as const).map((drawn_from) => ({ code: 'k', name_zh: '', name_en: '', target: '1', per_point: '0', full_points: true, missing: 'left_out', min_valid: '0.9', drawn_from, within_h: '4' })),
    guarantee: { line: 'electricity', quantity: '1000', surplus_share: '0.5' }, provider_shares: [{ first_day: '2026-01-01', share: '0.7' }],
    payment_schedule: 'monthly', adjustment_schedule: 'monthly', utilities_paid_by: 'provider',
  }
  const informing: Terms = {
    ...terms, weather_gaps: { stations: ['a', 'b'], method: 'mean_of_days', most_days: 2 }, confidence: '0.8', signing: 'approvals', certificates: { most_days: 3, document: 'd', wanted: true }, payment_schedule: 'yearly', band: 'informs', late_bills: 'current_month', substitution: { method: 'none', most_days: 0 },
  }
  const room = { devices: ['room-1', 'room-2'], from_hour: 8, end_hour: 18 }
  const rooms = [{ ...room, lowest_c: '18' }, { ...room, highest_c: '26', every_day: true }, { ...room, lowest_c: '18', highest_c: '26', months: [1, 2] }]
  const quarterly: Terms = {
    ...terms, kpis: rooms.map((each) => ({ ...guaranteed.kpis[0]!, drawn_from: 'room_hours', rooms: each })), adjustment_schedule: 'quarterly', true_up_schedule: 'quarterly', equipment_notice_days: 30, meter_errors: { goes_back: 'half_time', limit_pct: '2' }, charging_tolerance: '0.05', rounding: { quantity_digits: 0, price_digits: 4 },
    meters: [{ code: 'pile', line: 'electricity', ratio: '1', excluded: true }], substitution: { method: 'check_meter', most_days: 3 },
    guarantee: { line: 'electricity', quantity: '1000', surplus_share: '0', shortfall_tiers: [{ above: '0', share: '1' }, { above: '0.02', share: '1.5' }], surplus_tiers: [{ above: '0', share: '0.3' }], tier_mode: 'full' },
    refunds: [{ code: 'cold', name_zh: '', name_en: '', line: 'heat', tiers: [{ above: '2', share: '0.5' }], unmeasured: '1', lowest_c: '18', highest_c: '26' }],
  }
  const outside = [{ ...line, in_fee: false }, { ...line, in_bills: false }, { ...line, in_fee: false, in_bills: false }]
  const all = [
    ...[terms, guaranteed, informing, quarterly].flatMap((each) => [...paymentClauses(each, 'en-GB'), ...ruleClauses(each, 'en-GB')]),
    ...ruleClauses({ ...terms, lines }, 'en-GB'),
    ...ruleClauses({ ...terms, adjustments: [{ ...terms.adjustments[0]!, band_mode: 'full' }] }, 'en-GB'),
    ...[...lines, ...outside].flatMap((each) => lineClauses(each, 'en-GB')),
  ]
  for (const { key } of all) expect(worded(key), key).toBeTypeOf('string')
})
