import { expect, test } from 'vitest'
import type { TreeNode } from '../api/tree'
import type { MeterRole } from '../api/types'
import { inTreeOrder } from './meterTree'

const node = (id: number, role: MeterRole, parent_id: number | null, roof_id = parent_id): TreeNode => ({
  id, role, parent_id, roof_id, code: `m${id}`, name_zh: '', name_en: '', item: '', counts: role !== 'check', fed_in: false,
})

test('each meter stands below the one it hangs under', () => {
  const rows = inTreeOrder([node(3, 'sub', 2), node(2, 'branch', 1), node(1, 'main', null), node(4, 'check', 1, null)])
  expect(rows.map(({ node: { id }, depth }) => [id, depth])).toEqual([[1, 0], [2, 1], [3, 2], [4, 1]])
})

test('a meter whose parent stands elsewhere is at the top, or below the nearest one here', () => {
  const rows = inTreeOrder([node(1, 'main', 99, null), node(2, 'sub', 98, 1)])
  expect(rows.map(({ node: { id }, depth }) => [id, depth])).toEqual([[1, 0], [2, 1]])
})
