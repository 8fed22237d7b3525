/** The meters of a building in the order of their tree. */
import type { TreeNode } from '../api/tree'

export interface TreeRow {
  node: TreeNode
  depth: number
}

/** Each meter right below the one it hangs under; those that count nothing in sums come where they hang. */
export function inTreeOrder(nodes: readonly TreeNode[]): TreeRow[] {
  const here = new Set(nodes.map(({ id }) => id))
  const above = ({ roof_id, parent_id }: TreeNode): number | null => roof_id ?? (parent_id !== null && here.has(parent_id) ? parent_id : null)
  const rows: TreeRow[] = []
  const below = (parent: number | null, depth: number): void => {
    for (const node of nodes.filter((each) => above(each) === parent)) {
      rows.push({ node, depth })
      below(node.id, depth + 1)
    }
  }
  below(null, 0)
  return rows
}
