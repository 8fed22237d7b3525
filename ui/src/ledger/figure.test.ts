import { expect, test } from 'vitest'
import type { MediumFigures } from '../api/ledger'
import { formatChange, formatFigure, isKnown, mendedAt, monthBeside } from './figure'

const obstacle = { institution: 'school', place: 'co2.grid', first_day: '2026-06-01', end_day: '2026-07-01', value: '', detail: '', may_be_overridden: true }

test('money is told to the cent, other amounts as they are', () => {
  expect(formatFigure({ amount: '21835.78', unit: 'CNY' }, 'zh-CN')).toBe('21,835.78 元')
  expect(formatFigure({ amount: '28888.56', unit: 'kWh' }, 'zh-CN')).toBe('28,888.56 kWh')
  expect(formatFigure({ amount: '-360', unit: 'm3' }, 'zh-CN')).toBe('−360 m³')
  expect(formatFigure(null, 'zh-CN')).toBe('—')
})

test('a change has its sign, and a missing one is no zero', () => {
  expect(formatChange('100', 'kWh', 'en-GB')).toBe('+100 kWh')
  expect(formatChange('-65.4', 'CNY', 'en-GB')).toBe('−65.40 ¥')
  expect(formatChange(null, 'kWh', 'en-GB')).toBe('—')
})

test('an obstacle leads to where it can be mended', () => {
  expect(mendedAt({ ...obstacle, kind: 'factor_unchecked' })).toEqual({ name: 'factors', query: { q: 'co2.grid' } })
  expect(mendedAt({ ...obstacle, kind: 'calendar_missing' })).toEqual({ name: 'calendar', query: { year: '2026' } })
  expect(mendedAt({ ...obstacle, kind: 'price_unchecked' })).toEqual({ name: 'tariffs', query: { month: '2026-06' } })
  expect(mendedAt({ ...obstacle, kind: 'hours_missing' })?.name).toBe('quality')
  expect(mendedAt({ ...obstacle, kind: 'month_not_over' })).toBeNull()
})

test('a medium of which no meter tells anything is not known, and nothing used is', () => {
  const silent = { code: 'm', name_zh: 'm', name_en: 'm', opening: null, closing: null, use: { amount: '0', unit: 'kWh' }, grades: [], methods: [], flags: [] }
  const medium = { medium: 'heat', total: { amount: '0', unit: 'GJ' }, meters: [silent], counted_by: 'meters', sub_items: [], unmetered: null, undetermined: { amount: '0', unit: 'GJ' } } as unknown as MediumFigures
  expect(isKnown(medium)).toBe(false)
  expect(isKnown({ ...medium, counted_by: 'entry' })).toBe(true)
  const counted = { ...silent, grades: [{ quantity_grade: 'measured', shape_grade: 'measured', share: null }] }
  expect(isKnown({ ...medium, meters: [counted] } as unknown as MediumFigures)).toBe(true)
})

test('months go over the end of a year', () => {
  expect(monthBeside('2026-12', 1)).toBe('2027-01')
  expect(monthBeside('2026-01', -1)).toBe('2025-12')
})
