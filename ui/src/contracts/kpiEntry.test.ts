import { describe, expect, it } from 'vitest'
import { BLANK, isBlank, kpiEntry, typedOf } from './kpiEntry'

const samples = { ...BLANK, compliant: '92', valid: '98', expected: '100', signed: 'A. Wang, B. Li', source: 'sheet 7' }
const byHand = { ...BLANK, way: 'share' as const, percent: '96.55', signed: 'A. Wang, B. Li', source: 'log' }

describe('a measure of quality', () => {
  it('goes as samples or as a share, and two persons stand behind either', () => {
    expect(kpiEntry('temperature', samples)).toEqual({ kpi: 'temperature', source: 'sheet 7', compliant: '92', valid: '98', expected: '100', signed_by: ['A. Wang', 'B. Li'] })
    expect(kpiEntry('temperature', byHand)).toEqual({ kpi: 'temperature', source: 'log', value: '0.9655', signed_by: ['A. Wang', 'B. Li'] })
  })

  it('keeps every digit of a share on its way to the file and back', () => {
    for (const [percent, value] of [['100', '1.00'], ['7', '0.07'], ['0.5', '0.005'], ['93.125', '0.93125']] as const) {
      const entry = kpiEntry('k', { ...byHand, percent })
      expect(entry?.value).toBe(value)
      expect(typedOf(entry ?? undefined).percent).toBe(percent)
    }
  })

  it.each([
    ['more compliant than valid', { ...samples, compliant: '99' }],
    ['no samples expected', { ...samples, compliant: '0', valid: '0', expected: '0' }],
    ['no source', { ...samples, source: '' }],
    ['one person twice', { ...byHand, signed: 'A. Wang, A. Wang' }],
    ['samples of one person', { ...samples, signed: 'A. Wang' }],
    ['samples of one person twice', { ...samples, signed: 'A. Wang, A. Wang' }],
    ['more than all', { ...byHand, percent: '100.5' }],
  ])('is not whole with %s', (_, typed) => expect(kpiEntry('k', typed)).toBeNull())

  it('is left alone where nothing is typed', () => {
    expect(isBlank(BLANK)).toBe(true)
    expect(isBlank({ ...BLANK, source: 'x' })).toBe(true)
    expect(isBlank(samples)).toBe(false)
  })
})
