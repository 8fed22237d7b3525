import { expect, test } from 'vitest'
import type { UnpaidCharge, VehicleOrder } from '../api/fleetMoney'
import { chargesFor } from './orderWord'

const order = { vehicle_id: 1, at: '2026-07-05T00:00:00Z', until: '2026-07-05T01:00:00Z' } as VehicleOrder
const charge = (id: string, start: string, end: string, vehicle = 1): UnpaidCharge => ({ vehicle_id: vehicle, code: 'car', id, start_at: start, end_at: end, kwh: null })

test('an order is offered the charges of its own vehicle within a week, the nearest first', () => {
  const unpaid = [
    charge('far', '2026-07-01T00:00:00Z', '2026-07-01T02:00:00Z'),
    charge('near', '2026-07-05T03:00:00Z', '2026-07-05T04:00:00Z'),
    charge('other', '2026-07-05T00:00:00Z', '2026-07-05T01:00:00Z', 2),
    charge('edge', '2026-07-12T01:00:00Z', '2026-07-12T02:00:00Z'),
    charge('beyond', '2026-07-12T01:00:01Z', '2026-07-12T02:00:00Z'),
  ]
  expect(chargesFor(order, unpaid).map(({ id }) => id)).toEqual(['near', 'far', 'edge'])
})
