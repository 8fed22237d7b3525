import { expect, test } from 'vitest'
import type { Terms } from '../api/contracts'
import { sourcesOf } from './source'

const line = { code: 'electricity', kind: 'energy', unit: 'kWh', name_zh: '', name_en: '', in_fee: true, in_bills: true, client_share: '0', adjusted_by: ['area'], price_clause: { mode: 'floating', share: '1', trigger: '0' }, weather: { method: 'none' } } as Terms['lines'][number]
const terms = {
  lines: [line, { ...line, code: 'water', adjusted_by: [] }],
  meters: [
    { code: 'main-e', line: 'electricity', ratio: '1', excluded: false },
    { code: 'charger', line: 'electricity', ratio: '1', excluded: true },
    { code: 'main-w', line: 'water', ratio: '1', excluded: false },
  ],
} as Terms
const kinds = (code: string, side: 'fee' | 'bills', month = '2026-07'): string[] =>
  sourcesOf({ code, side, kind: 'energy' }, terms, month).map(({ kind, text }) => [kind, text].filter(Boolean).join(' '))

test('a billed line leads to its own meters, those taken out, the tariff of the month and the bills', () => {
  expect(kinds('electricity', 'bills')).toEqual(['meter main-e', 'excluded charger', 'tariff 2026-07', 'bill'])
})

test('a line of the fee follows the baseline: no meter, but the facts that adjust it', () => {
  expect(kinds('electricity', 'fee')).toEqual(['tariff 2026-07', 'facts area'])
})

test('a year has no tariff of its own, and a measure of quality no sources here', () => {
  expect(kinds('water', 'fee', 'year 1')).toEqual([])
  expect(kinds('temperature', 'fee')).toEqual([])
})
