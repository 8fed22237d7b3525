/** How a device is doing, from what is known of it. */
import { formatCount } from '../format/number'

/** A clock further off than this is wrong. [s] */
const CLOCK_TOLERANCE_S = 60
/** A newest value older than this is shown as old. [s] */
const STALE_S = 2 * 3600

export function clockIsWrong(offset: number | null): offset is number {
  return offset !== null && Math.abs(offset) > CLOCK_TOLERANCE_S
}

export function isStale(age: number): boolean {
  return age > STALE_S
}

/** +75 s, −3,600 s: ahead of the server's clock, or behind it; 0 s has no sign. */
export function signedSeconds(offset: number, locale: string): string {
  const whole = Math.round(offset)
  const sign = whole < 0 ? '−' : '+'
  return `${whole === 0 ? '' : sign}${formatCount(Math.abs(whole), locale)} s`
}

/** 45 s, 12 min, 3.5 h, 2.1 d: how long something took. */
export function duration(seconds: number, locale: string): string {
  const steps = [[86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second']] as const
  const [size, unit] = steps.find(([each]) => seconds >= each) ?? steps[3]
  const digits = seconds / size < 10 && size > 60 ? 1 : 0
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits }).format(seconds / size)
}
