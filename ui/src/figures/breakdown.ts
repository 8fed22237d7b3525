/** The server's balance as lines of a table and as a flow; nothing is added up here that it has not. */
import type { Balance, BalancedMeter, BalancePart, BalanceRest } from '../api/tree'

export type LineKind = 'meter' | 'unmetered' | 'over' | 'undetermined'

export interface Line {
  key: string
  kind: LineKind
  meter: BalancedMeter | null
  /** Key of the line it is part of; null at the top. */
  above: string | null
  /** 0 = an uppermost meter. */
  depth: number
  use: number | null
  /** Part of the building's use. */
  share: number | null
}

const same = (one: readonly number[], other: readonly number[]): boolean => one.length === other.length && one.every((id, at) => id === other[at])

/** Key of the line under which the parts of several uppermost meters together stand. */
const JOINT = 'together'

/** Lines in the order of the tree: each meter, its parts, and what they leave over. */
export function lines(balance: Balance): Line[] {
  const meters = new Map(balance.meters.map((meter) => [meter.id, meter]))
  const found: Line[] = []
  const opened: string[] = []
  const share = (use: number | null): number | null => (use === null || !balance.total ? null : use / balance.total)
  const line = (key: string, kind: LineKind, use: number | null, above: string | null, depth: number, meter: BalancedMeter | null = null): void => {
    found.push({ key, kind, meter, above, depth, use, share: share(use) })
  }

  function rest({ unmetered, over_counted, undetermined, undetermined_s }: BalanceRest, above: string, depth: number): void {
    if (unmetered !== null) line(`${above}/rest`, over_counted ? 'over' : 'unmetered', unmetered, above, depth)
    if (undetermined_s > 0) line(`${above}/silent`, 'undetermined', undetermined, above, depth)
  }

  function below(of: readonly number[], above: string, depth: number): void {
    // A meter that moved within the time stands in two places; its parts are told once.
    if (opened.includes(of.join())) return
    opened.push(of.join())
    for (const part of balance.parts.filter((each) => same(each.above, of))) add(part, above, depth)
    const left = balance.rests.find((each) => same(each.of, of))
    if (left) rest(left, above, depth)
  }

  function add({ meter_id, above: of, use }: BalancePart, above: string | null, depth: number): void {
    const key = `${of.join('+')}>${meter_id}`
    line(key, 'meter', use, above, depth, meters.get(meter_id) ?? null)
    below([meter_id], key, depth + 1)
  }

  for (const part of balance.parts.filter((each) => each.above.length === 0)) add(part, null, 0)
  const joint = balance.rests.find(({ of }) => of.length > 1)
  if (joint) below(joint.of, JOINT, 1)
  return found
}

/** Where the use comes from, and what of it left again. */
type SourceKind = 'bought' | 'generated' | 'fed_in' | 'sources'

export interface FlowNode {
  key: string
  kind: LineKind | 'together' | 'others' | SourceKind
  meter: BalancedMeter | null
  use: number
  share: number | null
  /** How many meters it stands for. */
  count: number
}

export interface FlowLink {
  from: string
  to: string
  use: number
}

export interface FlowLimits {
  /** Of more meters below one, the smallest are drawn as one. */
  most: number
  /** Parts of parts down to here; the table has all. */
  depth: number
  /** The meter whose parts are drawn; null for the uppermost. */
  root: number | null
}

/** The lines of one meter and its parts, as if it were uppermost. All of them if it has none. */
function below(all: readonly Line[], root: number | null): Line[] {
  const at = all.findIndex(({ meter }) => meter !== null && meter.id === root)
  const top = all[at]
  if (!top) return [...all]
  const end = all.findIndex(({ depth }, index) => index > at && depth <= top.depth)
  const found = all.slice(at, end < 0 ? undefined : end)
  if (found.length === 1) return [...all]
  return found.map((line) => ({ ...line, depth: line.depth - top.depth, above: line === top ? null : line.above }))
}

type Drawn = Line & { use: number }

/** Keys of the lines below one that are drawn as one: of more than `most` all but the largest. */
function crowd(parts: readonly Drawn[], most: number): Drawn[] {
  const meters = parts.filter(({ kind }) => kind === 'meter')
  // One alone would only lose its name.
  if (meters.length <= most + 1) return []
  return [...meters].sort((a, b) => b.use - a.use).slice(most)
}

/** What flows from the uppermost meters to their parts. What is missing, zero or below zero is no stream. */
export function flow(balance: Balance, { most, depth, root }: FlowLimits): { nodes: FlowNode[]; links: FlowLink[] } {
  const all = below(lines(balance), root)
  const positive = all.filter((each): each is Drawn => each.use !== null && each.use > 0 && each.depth <= depth)
  const nodes: FlowNode[] = []
  const links: FlowLink[] = []
  const left = new Set<string>()
  const add = (node: FlowNode, above: string | null): void => {
    nodes.push(node)
    if (above !== null) links.push({ from: above, to: node.key, use: node.use })
  }
  for (const above of new Set(positive.map((each) => each.above))) {
    const others = above === null ? [] : crowd(positive.filter((each) => each.above === above), most)
    for (const { key } of others) left.add(key)
    if (others.length === 0) continue
    const use = others.reduce((sum, each) => sum + each.use, 0)
    add({ key: `${above}/others`, kind: 'others', meter: null, use, share: balance.total ? use / balance.total : null, count: others.length }, above)
  }
  for (const { key, kind, meter, use, share, above } of positive) {
    if (!left.has(key)) add({ key, kind, meter, use, share, count: 1 }, above)
  }
  if (links.some(({ from }) => from === JOINT) && balance.total) {
    nodes.push({ key: JOINT, kind: 'together', meter: null, use: balance.total, share: 1, count: 1 })
    const tops = positive.filter((each) => each.depth === 0 && each.kind === 'meter')
    links.push(...tops.map(({ key, use }) => ({ from: key, to: JOINT, use })))
  }
  const found = reached(inOrder(nodes, all), links)
  return root === null ? withSources(balance, found, positive.filter((each) => each.depth === 0 && each.kind === 'meter')) : found
}

/** With a plant: what was bought and made flows in, what was fed in flows out. Both ways it adds up to the same. */
function withSources(
  { bought, generated, fed_in, total }: Balance,
  { nodes, links }: { nodes: FlowNode[]; links: FlowLink[] },
  tops: readonly Drawn[],
): { nodes: FlowNode[]; links: FlowLink[] } {
  if (generated === null || bought === null || !total) return { nodes, links }
  const node = (kind: SourceKind, use: number): FlowNode => ({ key: kind, kind, meter: null, use, share: use / total, count: 1 })
  const [only, ...more] = tops
  const hub = only && more.length === 0 ? only.key : 'sources'
  const sources = [node('bought', bought), node('generated', generated)].filter(({ use }) => use > 0)
  const left = [node('fed_in', fed_in ?? 0)].filter(({ use }) => use > 0)
  const between = hub === 'sources' ? [node('sources', bought + generated)] : []
  return {
    nodes: [...sources, ...between, ...nodes, ...left],
    links: [
      ...sources.map(({ key, use }) => ({ from: key, to: hub, use })),
      ...(hub === 'sources' ? tops.map(({ key, use }) => ({ from: hub, to: key, use })) : []),
      ...links,
      ...left.map(({ key, use }) => ({ from: hub, to: key, use })),
    ],
  }
}

/** Nodes in the order of the table; a group stands where the first that it stands for would. */
function inOrder(nodes: readonly FlowNode[], all: readonly Line[]): FlowNode[] {
  const place = (key: string): number => {
    const at = all.findIndex((line) => line.key === key)
    if (at >= 0) return at
    // Behind the meters of its kind, before what is left over.
    const rest = all.findIndex((line) => line.key === key.replace(/\/others$/, '/rest'))
    return rest >= 0 ? rest - 0.5 : all.length
  }
  return [...nodes].sort((a, b) => place(a.key) - place(b.key))
}

/** What no longer has anything above it, because that is drawn as one with others, is not drawn. */
function reached(nodes: readonly FlowNode[], links: readonly FlowLink[]): { nodes: FlowNode[]; links: FlowLink[] } {
  const known = new Set(nodes.map(({ key }) => key))
  const lost = new Set(links.filter(({ from }) => !known.has(from)).map(({ to }) => to))
  if (lost.size === 0) return { nodes: [...nodes], links: links.filter(({ to }) => known.has(to)) }
  return reached(nodes.filter(({ key }) => !lost.has(key)), links.filter(({ to }) => !lost.has(to)))
}

/** Meters below the uppermost that were silent for a while: what is left over then is theirs or nobody's. */
export function silentMeters(balance: Balance): BalancedMeter[] {
  const silent = new Set(balance.rests.flatMap((rest) => rest.silent))
  return balance.meters.filter(({ id }) => silent.has(id))
}
