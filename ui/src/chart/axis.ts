/** Words on the time axis: as much date as the step between the marks leaves open. */
import { formatDay, formatMonth, formatTime, formatYear } from '../format/instant'
import { localDate } from '../period/zone'

const DAY_S = 86_400

/** `at` and `step` in seconds. */
export function timeLabel(at: number, step: number, zone: string, locale: string): string {
  const date = localDate(at, zone)
  if (step < DAY_S) {
    const time = formatTime(at, zone, locale)
    return time === '00:00' ? formatDay(date, locale, false) : time
  }
  if (step < 28 * DAY_S) return formatDay(date, locale, false)
  return date.slice(5, 7) === '01' ? formatYear(date, locale) : formatMonth(date, locale)
}
