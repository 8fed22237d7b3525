/** What the server says, as it says it: snake_case, RFC 3339 instants in UTC, units beside the numbers. */

export type Instant = string

export interface Page<T> {
  items: T[]
  next?: string | null
}

export interface Person {
  id: number
  login: string
  name: string
  roles: string[]
}

export interface Session {
  person: Person
  csrf: string
  lang: string
  zone: string
}

/** Something with a name in both languages. */
export interface Named {
  name_zh: string
  name_en: string
}

export type PlaceKind = 'bureau' | 'institution' | 'site' | 'building' | 'space'

export interface Organisation extends Named {
  id: number
  code: string
  parent_id: number | null
  kind: PlaceKind
  zone: string | null
  floor_area_m2: number | null
}

export interface PathStep extends Named {
  id: number
  kind: PlaceKind
}

export interface Building extends Named {
  id: number
  code: string
  zone: string | null
  floor_area_m2: number | null
  /** From the root down to the parent. */
  path: PathStep[]
}

export type Medium = 'electricity' | 'water' | 'gas' | 'heat' | 'cooling'
export type MeterRole = 'gateway' | 'main' | 'branch' | 'sub' | 'check' | 'virtual'

export interface Meter extends Named {
  id: number
  code: string
  organisation_id: number
  medium: Medium
  role: MeterRole
  item: string
  parent_id: number | null
  quantity: string
  unit: string
  zone: string
  device_id: number | null
}

export type DeviceStatus = 'pending' | 'accepted' | 'refused'

export interface Device extends Named {
  id: number
  code: string
  kind: string
  status: DeviceStatus
  organisation_id: number | null
  meter_id: number | null
  registered_at: Instant
  /** Newest instant it measured. */
  last_seen: Instant | null
  /** When something of it last arrived. */
  last_received: Instant | null
}

export interface DeviceChange {
  status: DeviceStatus
  organisation_id?: number
  meter_id?: number
}

/** Mean rate per interval, as aligned columns; a gap is null. `t` is the start of each interval [epoch s]. */
export interface Series {
  meter_id: number
  quantity: string
  unit: string
  zone: string
  tier: 'native' | 'hour' | 'day'
  step_s: number
  t: number[]
  mean: (number | null)[]
  min: (number | null)[] | null
  max: (number | null)[] | null
  /** True where the value was estimated or allocated rather than measured. */
  flagged: boolean[]
}

export type Step = 'native' | '15min' | 'hour' | 'day' | 'month'

/** Use of one meter in one interval. An interval without a figure is absent. */
export interface Consumption {
  meter_id: number
  quantity: string
  unit: string
  start: Instant
  end: Instant
  value: number
  quantity_grade: string
  shape_grade: string
  flags: number
  /** Measured share of the interval, 0..1. */
  coverage: number
}

export interface MediumToday {
  medium: Medium
  unit: string
  meter_ids: number[]
  /** Until when all of its meters have figures today. */
  as_of: Instant | null
  today: number | null
  yesterday_same_time: number | null
  last_week_same_time: number | null
  month_to_date: number | null
  peak_rate: number | null
  peak_at: Instant | null
  current_rate: number | null
  current_at: Instant | null
  rate_unit: string
  coverage: number | null
}

export interface Today {
  zone: string
  day: string
  as_of: Instant
  media: MediumToday[]
}

export interface Quarantined {
  id: number
  received_at: Instant
  topic: string
  reason_code: string
  reason: string
  samples: number
  size_bytes: number
  payload_preview: string
}

export interface Conflict {
  device_id: number
  device_code: string
  ts: Instant
  quantity: string
  values: string[]
}

/** What the collectors have committed, in samples. What is still in flight is not counted yet. */
export interface Collector {
  received: number
  stored: number
  merged: number
  duplicate: number
  conflicting: number
  quarantined: number
  without_reading: number
  as_of: Instant | null
  collectors: { name: string }[]
}

export interface ConsumptionEvent {
  meter_ids: number[]
  first_day: string
  end_day: string
}

export interface ReadingsEvent {
  device_ids: number[]
}
