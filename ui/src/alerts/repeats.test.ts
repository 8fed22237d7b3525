import { expect, test } from 'vitest'
import type { Alert } from '../api/alerts'
import { folded } from './repeats'

const alert = (id: number, rule: string, place_zh = '一号楼', state = 'open'): Alert => ({ id, rule, code: '', place_zh, priority: 'low', state }) as Alert
const seen = (rows: ReturnType<typeof folded>): [number, number][] => rows.map(({ alert: { id }, times }) => [id, times])

test('repeats of a kind at a place are one row that counts them, in the order of the list', () => {
  const rows = [alert(1, 'silent'), alert(2, 'demand'), alert(3, 'silent'), alert(4, 'silent', '二号楼'), alert(5, 'silent', '一号楼', 'acknowledged')]
  expect(seen(folded(rows, new Set()))).toEqual([[1, 2], [2, 1], [4, 1], [5, 1]])
})

test('an unfolded group shows all of its alerts, and none is lost', () => {
  const rows = [alert(1, 'silent'), alert(2, 'demand'), alert(3, 'silent')]
  const key = folded(rows, new Set())[0]!.key
  expect(seen(folded(rows, new Set([key])))).toEqual([[1, 2], [3, 0], [2, 1]])
})
