/** Which curve is the evidence of an alert, and over which time. */
import type { AlertWhole } from '../api/alerts'

/** Gauge that a rule judges; of the others the meter's use is shown. */
const GAUGES: Record<string, string> = {
  voltage_low: 'voltage_a_v',
  voltage_high: 'voltage_a_v',
  demand: 'active_power_kw',
  soc_low: 'soc_pct',
  aux_battery_low: 'aux_battery_v',
  insulation_low: 'insulation_kohm',
  voltage_unbalance: 'voltage_a_v',
  phase_loss: 'current_a_a',
  current_unbalance: 'current_a_a',
  low_difference: 'return_temperature_c',
  reversed_circuit: 'return_temperature_c',
  soh_low: 'soh_pct',
  soc_jump: 'soc_pct',
  odometer_fault: 'odometer_km',
}

/** Rules whose limit is in the unit of that gauge: the others judge a ratio or a difference. */
const LIMITED: ReadonlySet<string> = new Set(['voltage_low', 'voltage_high', 'demand', 'soc_low', 'aux_battery_low', 'soh_low'])

const HOUR_S = 3_600
const DAY_S = 86_400

export interface Curve {
  device: number | null
  meter: number | null
  quantity: string | null
  from: number
  to: number
}

/** Null where there is nothing to draw: no curve shows a certificate. Times in epoch seconds. */
export function curveOf(alert: Pick<AlertWhole, 'rule' | 'device_id' | 'meter_id' | 'evidence'>, began: number, last: number): Curve | null {
  if ('finding' in alert.evidence) return null
  const quantity = GAUGES[alert.rule] ?? null
  if (quantity !== null && alert.device_id !== null) return { device: alert.device_id, meter: null, quantity, from: began - 6 * HOUR_S, to: last + HOUR_S }
  if (alert.device_id === null && alert.meter_id !== null) return { device: null, meter: alert.meter_id, quantity: null, from: began - 7 * DAY_S, to: last + DAY_S }
  return null
}

/** Where a limit is drawn on the curve of an alert; null where it would be of another unit. */
export function limitOf(alert: Pick<AlertWhole, 'rule' | 'device_id' | 'expected'>): number | null {
  return alert.device_id !== null && LIMITED.has(alert.rule) ? alert.expected : null
}

/** What was to be expected, point by point: the band a rule holds values against, and whether they lie beyond it. */
export interface Band {
  expected: readonly (number | null)[]
  low: readonly (number | null)[]
  high: readonly (number | null)[]
  outside: readonly boolean[]
}

/** Points that have a value and no band, of those with a value: too little is known before them, and no rule speaks there. */
export function unjudgedOf(values: readonly (number | null)[], band: Band): { n: number; of: number } {
  const known = values.flatMap((value, place) => (value === null ? [] : [band.expected[place] ?? null]))
  return { n: known.filter((each) => each === null).length, of: known.length }
}

export interface Line {
  /** Parts of the curve as SVG path data; it is broken where values are missing. */
  path: string
  /** The same of what was to be expected, and the area of its band. */
  expected: string
  band: string
  /** Points beyond the band, within the alert's span. */
  marks: { x: number; y: number }[]
  /** Where the limit lies, if it lies within. */
  limit: number | null
  /** Where the alert's span begins and ends. */
  first: number
  last: number
  low: number
  high: number
}

type Values = readonly (number | null)[]
const NOTHING: Band = { expected: [], low: [], high: [], outside: [] }

/** A curve in a box of width by height, with the alert's span, and the limit or the band it was held against. */
export function drawn(t: readonly number[], values: Values, span: [number, number], limit: number | null, width: number, height: number, band: Band = NOTHING): Line | null {
  const known = (of: Values): number[] => of.filter((value): value is number => value !== null)
  const told = known(values)
  if (told.length < 2 || t.length < 2) return null
  const [begin, end] = [t[0]!, t[t.length - 1]!]
  const all = [...told, ...known(band.low), ...known(band.high), ...(limit === null ? [] : [limit])]
  const low = Math.min(...all)
  const high = Math.max(...all)
  const x = (at: number): number => (width * (Math.min(Math.max(at, begin), end) - begin)) / (end - begin)
  const y = (value: number): number => height - (height * (value - low)) / (high - low || 1)
  const point = (n: number, value: number): string => `${x(t[n]!).toFixed(1)} ${y(value).toFixed(1)}`
  const path = (of: Values): string => {
    let drawing = false
    return of
      .map((value, n) => {
        const pen = drawing ? 'L' : 'M'
        drawing = value !== null
        return value === null ? '' : pen + point(n, value)
      })
      .join('')
  }
  const marks = values.flatMap((value, n) => (band.outside[n] && value !== null && t[n]! >= span[0] && t[n]! <= span[1] ? [{ x: x(t[n]!), y: y(value) }] : []))
  return { path: path(values), expected: path(band.expected), band: area(band, point), marks, limit: limit === null ? null : y(limit), first: x(span[0]), last: x(span[1]), low, high }
}

/** The area between two limits, in parts where they are not known throughout. */
function area({ low, high }: Band, point: (n: number, value: number) => string): string {
  const parts: number[][] = [[]]
  low.forEach((value, n) => {
    if (value === null || high[n] === null) parts.push([])
    else parts[parts.length - 1]!.push(n)
  })
  return parts
    .filter((part) => part.length > 1)
    .map((part) => `M${[...part.map((n) => point(n, high[n]!)), ...part.reverse().map((n) => point(n, low[n]!))].join('L')}Z`)
    .join('')
}
