/**
 * Live events, one stream for all tabs of the browser: over HTTP/1.1 a host gets six connections,
 * and a stream holds one for ever. The tab that holds the lock listens and tells the others.
 */
import { onScopeDispose, ref } from 'vue'
import { openStream, type EventName } from '../api/stream'
import type { ConsumptionEvent, ReadingsEvent } from '../api/types'

export type Connection = 'connecting' | 'live' | 'lost'

interface Payloads {
  alerts: { alert_ids: number[] }
  consumption: ConsumptionEvent
  readings: ReadingsEvent
  resync: object
}

type Told =
  | { kind: 'event'; name: EventName; data: unknown }
  | { kind: 'state'; connection: Connection; at: number | null }
  | { kind: 'hello' }

const NAME = 'civicwatt.stream'

export const connection = ref<Connection>('connecting')
/** When the server was last heard of. [epoch s] */
export const lastEventAt = ref<number | null>(null)

const handlers = new Map<EventName, Set<(data: never) => void>>()
let stop: (() => void) | null = null

/** Call `handler` on each such event for as long as the component lives. */
export function onLive<N extends EventName>(name: N, handler: (data: Payloads[N]) => void): void {
  const set = handlers.get(name) ?? new Set()
  handlers.set(name, set.add(handler))
  onScopeDispose(() => set.delete(handler))
}

function deliver(name: EventName, data: unknown): void {
  for (const handler of handlers.get(name) ?? []) handler(data as never)
}

/** `refused` is called when the server answers the stream with an error, as it does to a session that has ended. */
export function startLive(refused: () => void): void {
  if (stop) return
  const channel = new BroadcastChannel(NAME)
  const ended = new AbortController()
  let close: (() => void) | null = null

  const say = (told: Told): void => channel.postMessage(told)
  const sayState = (): void => say({ kind: 'state', connection: connection.value, at: lastEventAt.value })

  function lead(): void {
    close = openStream({
      refused,
      connected: (is) => {
        connection.value = is ? 'live' : 'lost'
        if (is) heard()
        sayState()
      },
      event: (name, data) => {
        heard()
        deliver(name, data)
        say({ kind: 'event', name, data })
      },
    })
  }

  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.kind === 'hello') {
      if (close) sayState()
    } else if (data.kind === 'state') {
      connection.value = data.connection
      lastEventAt.value = data.at
    } else {
      connection.value = 'live'
      heard()
      deliver(data.name, data.data)
    }
  }

  stop = () => {
    ended.abort()
    close?.()
    channel.close()
    connection.value = 'connecting'
    stop = null
  }

  say({ kind: 'hello' })
  // Locks exist in secure contexts only; on a plain-HTTP address every tab listens for itself.
  if (!('locks' in navigator)) return lead()
  const held = () =>
    new Promise<void>((release) => {
      lead()
      ended.signal.addEventListener('abort', () => release())
    })
  navigator.locks.request(NAME, { signal: ended.signal }, held).catch((reason: unknown) => {
    if (!ended.signal.aborted) throw reason
  })
}

export function stopLive(): void {
  stop?.()
}

function heard(): void {
  lastEventAt.value = Math.floor(Date.now() / 1000)
}
