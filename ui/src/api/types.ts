/** What the server says, as it says it: snake_case, RFC 3339 instants in UTC, units beside the numbers. */

import type { Schemas } from './schema'

export type Instant = string

export interface Page<T> {
  items: T[]
  next?: string | null
}

export type Session = Schemas['SessionOut']

/** What the positions of a device are declared to be; null: as its gateway's, and without one WGS-84. */
export interface Coordinates {
  system: 'wgs84' | 'gcj02' | null
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
export type MeterRole = 'gateway' | 'main' | 'branch' | 'sub' | 'check' | 'pv' | 'fed_in' | 'virtual'

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

/** What a device tells of a meter: its register, amounts of intervals, or only power or flow. */
export type CountsBy = 'register' | 'amount' | 'rate'

export interface Device extends Named {
  id: number
  code: string
  kind: string
  status: DeviceStatus
  /** Profile or codec whose messages may be its. */
  profile: string
  /** Gateway that speaks for it. */
  via_id: number | null
  organisation_id: number | null
  meter_id: number | null
  /** What it tells of that meter; null without one. */
  counts_by: CountsBy | null
  /** Quantity under which it tells it. */
  told_as: string | null
  registered_at: Instant
  /** Newest instant it measured. */
  last_seen: Instant | null
  /** When something of it last arrived. */
  last_received: Instant | null
  /** What it, or the broker in its name, said last; null if nothing. */
  online: boolean | null
  online_since: Instant | null
  /** Ahead of the server's clock; behind is negative. [s] */
  clock_offset_s: number | null
}

export interface DeviceFact {
  name: string
  value: string
  said_at: Instant
}

export interface OneDevice extends Device {
  facts: DeviceFact[]
}

/** What a device signs in with at the broker; its password is stored nowhere. */
export interface Credential {
  id: number
  kind: 'password' | 'certificate' | 'provisioning'
  username: string
  topics: string[]
  note: string
  made_at: Instant
  rotated_at: Instant | null
  revoked_at: Instant | null
  expires_at: Instant | null
  /** When the broker was told; null while it has not been told yet. */
  applied_at: Instant | null
}

/** What is entered into a device; the password is told this once. */
export interface Issued {
  id: number
  username: string
  password: string
  /** Empty where nobody has said under which address devices reach the broker. */
  broker: string
  topics: string[]
  /** Where it hears the answers it waits for; most devices wait for none. */
  answers: string[]
}

export interface NewDevice extends Named {
  code: string
  kind: string
  profile: string
  organisation_id: number
  meter_id: number | null
  counts_by: CountsBy
}

/** Newest value of each quantity of a device, each with its own instant. */
export interface Latest {
  device_id: number
  ts: Instant
  values: Record<string, number | string>
  at: Record<string, Instant>
}

/** What a device measured at one instant. */
export interface Reading {
  device_id: number
  ts: Instant
  received_at: Instant
  quality: string[]
  values: Record<string, number | string>
}

export interface Quantity extends Named {
  name: string
  unit: string
  kind: 'cumulative' | 'gauge' | 'state'
}

/** One way in which devices speak. */
export interface Profile {
  name: string
  kind: 'native' | 'codec' | 'profile'
  about: string
  source: string
  topics: string[]
}

export interface DeviceChange {
  status: DeviceStatus
  organisation_id?: number
  meter_id?: number
  counts_by?: CountsBy
}

/** Mean rate per interval, as aligned columns; a gap is null. `t` is the start of each interval [epoch s]. */
export interface Series {
  /** Null for the sum of a place. */
  meter_id: number | null
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
  /** United flags of the intervals inside. */
  flags: number[]
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
  profile: string | null
  device_id: number | null
  reason_code: string
  reason: string
  samples: number
  size_bytes: number
  replay_asked_at: Instant | null
  settled_at: Instant | null
  outcome: 'replayed' | 'discarded' | null
  payload_preview: string
}

export interface QuarantinedWhole extends Quarantined {
  encoding: 'text' | 'hex'
  payload: string
}

export interface ReasonCount {
  reason_code: string
  messages: number
}

/** Messages of one device, profile and reason that are counted and not kept. */
export interface LeftOut {
  device_id: number | null
  device_code: string | null
  profile: string | null
  reason_code: string
  messages: number
  samples: number
  since: Instant
  until: Instant
}

/** Messages that a device has numbered and nobody has heard. */
export interface Gap {
  id: number
  device_id: number
  device_code: string
  boot: string
  first_number: number
  last_number: number
  messages: number
  noticed_at: Instant
  closed_at: Instant | null
}

export interface Late {
  device_id: number
  device_code: string
  readings: number
  late: number
  said_late: number
  /** Longest way from instant to arrival. [s] */
  longest_s: number
}

export interface Conflict {
  device_id: number
  device_code: string
  ts: Instant
  quantity: string
  values: string[]
}

/** A device with so many values in conflict that not all are kept. */
export interface ConflictsLeftOut {
  device_id: number
  device_code: string
  times: number
  since: Instant
  until: Instant
}

/** A span of which no register of a meter tells the use, and why. */
export interface MeterHole extends Named {
  meter_id: number
  code: string
  zone: string
  device_id: number | null
  start: Instant
  end: Instant
  flag_names: string[]
}

export interface Suspect {
  device_id: number
  device_code: string
  ts: Instant
  quantity: string
  reasons: string[]
}

/** A message in which a device told its values, and what its profile does not read of it. */
export interface HeardMessage {
  received_at: Instant
  topic: string
  profile: string
  encoding: 'text' | 'hex'
  payload: string
  unread: { path: string; value: string }[] | null
}

/** What a device told again on one UTC day of arrival. */
export interface Repeat {
  day: string
  device_id: number
  device_code: string
  times: number
  first_at: Instant
  last_at: Instant
  oldest: Instant
  newest: Instant
}

/** Of one kind, on one local day of a meter. */
export interface RegisterFinding extends Named {
  meter_id: number
  code: string
  unit: string
  zone: string
  day: string
  kind: string
  start: Instant
  end: Instant
  used: number | null
  /** So long nobody knows what was used. [s] */
  unknown_s: number
  step: { device_id: number; device_code: string; before_at: Instant; before: number; after_at: Instant; after: number } | null
}

export interface Clock {
  device_id: number
  device_code: string
  /** Ahead of the server's clock; behind is negative. [s] */
  offset_s: number
  estimated_at: Instant
}

/** Share of each local day of a meter that has figures, 0..1; null where there is none. */
export interface Availability extends Named {
  meter_id: number
  code: string
  medium: Medium
  shares: (number | null)[]
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

/** New readings of some devices, or of so many that they are not named. */
export type ReadingsEvent = { device_ids: number[]; many?: undefined } | { many: true; device_ids?: undefined }
