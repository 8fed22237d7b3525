/** Alerts about the meters of a load curve, with what their evidence marks. */
import { alertsAbout, expectedOf } from '../api/alerts'
import type { Span } from '../api/resources'
import type { Told } from '../chart/causes'
import { epochOf } from '../format/instant'
import { onLive } from '../state/live'
import { useResource, type Resource } from '../state/resource'

/** Of more, the gravest are looked into; of the others the whole span is marked. */
const LOOKED_INTO = 12
const HOUR_S = 3_600

export function useAlertCauses(wanted: () => { meters: readonly number[]; shown: Span }): Resource<Told[]> {
  const found = useResource(
    () => (wanted().meters.length > 0 ? wanted() : null),
    async ({ meters, shown }, signal) => {
      const alerts = (await alertsAbout(meters, shown, signal)).filter(({ shadow, device_id }) => !shadow && device_id === null)
      return Promise.all(
        alerts.map(async (alert, n): Promise<Told> => {
          const [from, to] = [epochOf(alert.began_at), epochOf(alert.last_at ?? alert.began_at)]
          const expected = n < LOOKED_INTO ? await expectedOf(alert.id, signal) : null
          const hours = (expected?.t ?? []).filter((at, hour) => expected?.outside[hour] && at >= from && at <= to)
          const spans = hours.length > 0 ? hours.map((at) => ({ from: at, to: at + HOUR_S })) : [{ from, to: to + 1 }]
          return { id: alert.id, rule: alert.rule, priority: alert.priority, spans }
        }),
      )
    },
  )
  onLive('alerts', () => void found.refresh())
  return found
}
