/** The meter tree, its balance and virtual meters, as the server says it. */

import type { Instant, Medium, MeterRole, Named } from './types'

export interface BalancedMeter extends Named {
  id: number
  code: string
  item: string
}

/** What one meter counted while everything above it has figures. */
export interface BalancePart {
  meter_id: number
  /** None at the top; several: part of all of them together. */
  above: number[]
  use: number | null
  known_s: number
}

/** What the parts of one meter, or of several together, leave over. */
export interface BalanceRest {
  of: number[]
  unmetered: number | null
  unmetered_share: number | null
  over_counted: boolean
  compared_use: number
  compared_s: number
  /** Left over while a part was silent. */
  undetermined: number
  undetermined_s: number
  silent: number[]
}

export interface Balance {
  medium: Medium
  unit: string
  zone: string
  first_day: string
  end_day: string
  total: number | null
  total_s: number
  /** What the total is made of: bought + generated - fed in; null where no such meter stands. */
  bought: number | null
  generated: number | null
  fed_in: number | null
  meters: BalancedMeter[]
  parts: BalancePart[]
  rests: BalanceRest[]
  /** Check and virtual meters: never summed. */
  beside: BalancePart[]
}

export interface TreeNode extends Named {
  id: number
  code: string
  role: MeterRole
  item: string
  parent_id: number | null
  roof_id: number | null
  counts: boolean
  /** It counts energy fed in: a formula may take it off. */
  fed_in: boolean
}

export interface MeterTree {
  medium: Medium
  at: Instant
  uppermost: number[]
  /** Meters of PV behind those, and of what left through them. */
  plants: number[]
  fed_in: number[]
  nodes: TreeNode[]
}

export interface MeterMove {
  day: string
  parent_id: number | null
  role: Exclude<MeterRole, 'virtual'>
}

export interface MeterNames extends Named {
  item: string
}

export interface NewMeter extends MeterNames {
  code: string
  organisation_id: number
  medium: Medium
  /** Null for the register of the medium's use. */
  quantity: string | null
  role: Exclude<MeterRole, 'virtual'>
  parent_id: number | null
  day: string | null
  device_id: number | null
  /** CT x PT, such as 200/5; null where nobody said. */
  ratio: string | null
  ratio_from: string | null
}

export interface MeterFormula {
  formula: string
  first: Instant | null
  end: Instant | null
}

export interface VirtualMeter extends Named {
  id: number
  code: string
  organisation_id: number
  medium: Medium
  item: string
  formulas: MeterFormula[]
}

export interface NewVirtualMeter extends Named {
  code: string
  place_id: number
  medium: Medium
  item: string
  formula: string
}

export interface SubItem {
  slug: string
  parent: string
  code: string
  checked: boolean
  zh: string
  en: string
}
