import { expect, test } from 'vitest'
import { isEmpty, refundEntry, typedRefund } from './refundEntry'

const typed = { days: '2026-01-05 17.2\n2026-01-06, -1', source: 'room sensors, report 1', signed: '甲、乙' }

test('temperatures are told by day, and read back as they were typed', () => {
  const entry = refundEntry('cold', '2026-01', typed)
  expect(entry).toEqual({ refund: 'cold', source: 'room sensors, report 1', days: { '2026-01-05': '17.2', '2026-01-06': '-1' }, signed_by: ['甲', '乙'] })
  expect(typedRefund(entry!)).toEqual({ ...typed, days: '2026-01-05 17.2\n2026-01-06 -1', signed: '甲, 乙' })
  expect(isEmpty(typedRefund(undefined))).toBe(true)
})

test('a day of another month, a day twice, no number, no source and one person are not whole', () => {
  for (const wrong of [{ days: '2026-02-05 17' }, { days: '2026-01-05 17\n2026-01-05 18' }, { days: '2026-01-05 warm' }, { days: ' ' }, { source: ' ' }, { signed: '甲, 甲' }]) {
    expect(refundEntry('cold', '2026-01', { ...typed, ...wrong })).toBeNull()
  }
})
