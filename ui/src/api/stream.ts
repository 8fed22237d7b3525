/** The server's event stream: opened, kept open, and opened again when the browser gives up on it. */
import { address } from './client'

export const EVENTS = ['alerts', 'consumption', 'readings', 'resync'] as const
export type EventName = (typeof EVENTS)[number]

export interface StreamListener {
  event: (name: EventName, data: unknown) => void
  connected: (is: boolean) => void
  /** The server answered, but not with a stream. */
  refused: () => void
}

const AGAIN_MS = 5_000

/** Returns the function that closes the stream. */
export function openStream(listener: StreamListener): () => void {
  let source: EventSource | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let missed = false

  function open(): void {
    source = new EventSource(address('/stream'))
    source.onopen = () => {
      listener.connected(true)
      // A stream opened anew by us carries no Last-Event-ID: what happened meanwhile must be asked for.
      if (missed) listener.event('resync', {})
      missed = false
    }
    source.onerror = () => {
      listener.connected(false)
      // After a broken line the browser tries again by itself; after an HTTP error it does not.
      if (source?.readyState !== EventSource.CLOSED) return
      missed = true
      listener.refused()
      timer = setTimeout(open, AGAIN_MS)
    }
    for (const name of EVENTS) {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        listener.event(name, data ? JSON.parse(data) : {})
      })
    }
  }

  open()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}
