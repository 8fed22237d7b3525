/** Load again what is shown when the server has new figures for one of these meters. */
import { onLive } from '../state/live'
import { throttled } from '../state/throttle'

const PAUSE_MS = 3_000

export function useMeterNews(meterIds: () => readonly number[], refresh: () => Promise<void>): void {
  const again = throttled(() => void refresh(), PAUSE_MS)
  onLive('consumption', ({ meter_ids }) => {
    const shown = meterIds()
    if (meter_ids.some((id) => shown.includes(id))) again()
  })
  onLive('resync', again)
}
