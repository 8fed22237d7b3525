/** The kept baseline beside a load curve, or why there is none. */
import { baselineCurve, type Baseline, type BaselineCurve } from '../api/baselines'
import type { Subject } from '../api/placeUse'
import type { Span } from '../api/resources'
import { addDays, localDate, type LocalDate } from '../period/zone'
import { lookedAt, ownBaselines } from '../savings/ownBaselines'
import { useAddress } from '../state/address'
import { useResource, type Resource } from '../state/resource'

/** No baseline is kept; it compares two spans; it has no model; it counts later; its weather or calendar is not known. */
export type NoBaseline = 'none' | 'comparison' | 'noModel' | 'notYet' | 'unknown'

export interface Kept {
  curve: BaselineCurve | null
  why: NoBaseline | null
  from: LocalDate | null
}

const without = (why: NoBaseline, from: LocalDate | null = null): Kept => ({ curve: null, why, from })

/** Days of `shown` in which a baseline counts: from its first day of reporting on, up to today. */
export function daysCounted({ from, to }: Span, reportingFrom: LocalDate, today: LocalDate, zone: string): { first: LocalDate; end: LocalDate } | null {
  const [first, last] = [localDate(from, zone), localDate(to - 1, zone)]
  const days = { first: first > reportingFrom ? first : reportingFrom, end: addDays(last < today ? last : today, 1) }
  return days.first < days.end ? days : null
}

export function useKeptBaseline(wanted: () => { subject: Subject; shown: Span; today: LocalDate; zone: string }): Resource<Kept> {
  const { text } = useAddress()
  return useResource(
    () => ({ ...wanted(), id: text('baseline') }),
    async ({ subject, shown, today, zone, id }, signal) => {
      const one: Baseline | null = lookedAt(await ownBaselines(subject, signal), id)
      if (one === null) return without('none')
      if (one.method !== 'whole') return without('comparison')
      if (one.counting === null) return without('noModel')
      const days = daysCounted(shown, one.reporting_from, today, zone)
      if (days === null) return without('notYet', one.reporting_from)
      const curve = await baselineCurve(one.id, days, signal)
      return curve.mean.some((value) => value !== null) ? { curve, why: null, from: one.reporting_from } : without('unknown')
    },
  )
}
