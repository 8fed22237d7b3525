/** News of one device's readings. */
import { onScopeDispose } from 'vue'
import { onLive } from './live'
import { throttled } from './throttle'

const PAUSE_MS = 1_000
/** Newest values may follow a second behind the readings they are of: the last word is looked for again. */
const AFTER_MS = 1_500

/** Call `refresh` when the device has new readings, or may have: of many devices none is named. */
export function onReadingsOf(device: () => number, refresh: () => Promise<void>): void {
  const again = throttled(() => void refresh(), PAUSE_MS)
  let later: ReturnType<typeof setTimeout> | undefined
  onLive('readings', ({ device_ids, many }) => {
    if (!many && !device_ids.includes(device())) return
    again()
    clearTimeout(later)
    later = setTimeout(again, AFTER_MS)
  })
  onLive('resync', again)
  onScopeDispose(() => clearTimeout(later))
}
