import { expect, it } from 'vitest'
import { ROWS, asTable } from './row'

it('makes a table of one row, with times as the table has them and every sign kept', () => {
  const typed = { vehicle: 'car-1', number: 'B"7', start: '2026-07-01T08:30', end: '2026-07-01T09:00', purpose: 'T-Day, trip' }
  expect(asTable(ROWS.bookings, typed)).toBe(
    'vehicle,number,start,end,purpose,driver,state\ncar-1,"B""7",2026-07-01 08:30,2026-07-01 09:00,"T-Day, trip",,\n',
  )
})
