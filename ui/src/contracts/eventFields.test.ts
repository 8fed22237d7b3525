import { expect, test } from 'vitest'
import { eventOf, isWhole, sharesText } from './eventFields'

const closed = { first_day: '2026-08-03', end_day: '2026-08-07', reason: '防汛停用', document: '会签单 12', signed_by: '甲、乙' }

test('a closure is half-open, and signed by two', () => {
  expect(isWhole('closed', closed)).toBe(true)
  expect(eventOf('closed', closed)).toEqual({ ...closed, end_day: '2026-08-08', signed_by: ['甲', '乙'] })
})

test('one person is not two, and the same one twice is one', () => {
  expect(isWhole('closed', { ...closed, signed_by: '甲' })).toBe(false)
  expect(isWhole('closed', { ...closed, signed_by: '甲, 甲' })).toBe(false)
})

test('a number is a number, and what may be left out is left out', () => {
  const equipment = { line: 'electricity', code: 'server', power_kw: '12', load_factor: '0.7', hours_per_day: '24', first_day: '2026-05-01', caused_by: 'client', document: 'd' }
  expect(isWhole('equipment', { ...equipment, power_kw: '12kW' })).toBe(false)
  expect(eventOf('equipment', { ...equipment, removed: 'true' })).toEqual({ ...equipment, removed: true })
  expect(eventOf('equipment', equipment)).toEqual(equipment)
})

test('periods cut anew have either shares or an index', () => {
  const cut = { line: 'electricity', first_day: '2026-09-01', tariff: 't2', document: 'd', signed_by: 'A,B' }
  expect(isWhole('redefinitions', cut)).toBe(false)
  expect(isWhole('redefinitions', { ...cut, index: '1.02', shares: 'peak 1' })).toBe(false)
  expect(eventOf('redefinitions', { ...cut, index: '1.02' })).toMatchObject({ basis: 'index', index: '1.02' })
  expect(eventOf('redefinitions', { ...cut, shares: 'peak 0.42, valley 0.58' })).toMatchObject({ basis: 'intervals', shares: [{ peak: '0.42', valley: '0.58' }] })
  expect(isWhole('redefinitions', { ...cut, shares: 'peak' })).toBe(false)
})

test('shares are of all months alike, or of each of the twelve, and always the whole', () => {
  const cut = { line: 'electricity', first_day: '2026-09-01', tariff: 't2', document: 'd', signed_by: 'A,B' }
  const month = (n: number): string => `peak 0.${n + 10}, valley 0.${90 - n}`
  const twelve = Array.from({ length: 12 }, (_, n) => month(n))
  expect(eventOf('redefinitions', { ...cut, shares: twelve.join('\n') }).shares).toHaveLength(12)
  expect(eventOf('redefinitions', { ...cut, shares: twelve.join('\n') }).shares).toContainEqual({ peak: '0.21', valley: '0.79' })
  expect(isWhole('redefinitions', { ...cut, shares: twelve.slice(1).join('\n') })).toBe(false)
  expect(isWhole('redefinitions', { ...cut, shares: 'peak 0.42, valley 0.57' })).toBe(false)
})

test('shares that were worked out are typed January first, also of a year that began in April', () => {
  const months = Array.from({ length: 12 }, (_, n) => ({ month: `${n < 9 ? 2025 : 2026}-${String(((n + 3) % 12) + 1).padStart(2, '0')}-01`, shares: { peak: `0.${n + 10}`, valley: `0.${90 - n}` } }))
  const text = sharesText(months)
  expect(text.split('\n')[0]).toBe('peak 0.19, valley 0.81')
  expect(text.split('\n')[3]).toBe('peak 0.10, valley 0.90')
  const event = { line: 'electricity', first_day: '2026-07-01', tariff: 'tou/2026-07-01', shares: text, document: '纪要 4', signed_by: '甲、乙' }
  expect(isWhole('redefinitions', event)).toBe(true)
})
