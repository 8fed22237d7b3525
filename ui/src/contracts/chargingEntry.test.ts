import { describe, expect, it } from 'vitest'
import { acceptanceEntry, typedAcceptance } from './chargingEntry'

const typed = { reason: ' visitors ', document: 'minutes 3', signed: 'A. Wang，B. Li' }
const entry = { reason: 'visitors', document: 'minutes 3', signed_by: ['A. Wang', 'B. Li'] }

describe('charging that does not balance', () => {
  it('is accepted by two persons with a reason and a document', () => {
    expect(acceptanceEntry(typed)).toEqual(entry)
    expect(acceptanceEntry(typedAcceptance(entry))).toEqual(entry)
  })

  it.each([
    ['one person alone', { ...typed, signed: 'A. Wang' }],
    ['one person twice', { ...typed, signed: 'A. Wang, A. Wang' }],
    ['three persons', { ...typed, signed: 'A, B, C' }],
    ['no document', { ...typed, document: ' ' }],
    ['no reason', { ...typed, reason: '' }],
  ])('is not whole with %s', (_, given) => expect(acceptanceEntry(given)).toBeUndefined())

  it('is accepted by nobody where nothing is typed', () => {
    expect(acceptanceEntry(typedAcceptance(null))).toBeNull()
  })
})
