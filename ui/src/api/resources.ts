/** Every call the console makes, one line each. Spans are half-open instants in epoch seconds. */
import { call, type Call } from './client'
import type {
  Building, Collector, Conflict, Consumption, Device, DeviceChange, Meter, Organisation, Page,
  Quarantined, Series, Session, Step, Today,
} from './types'

export interface Span {
  from: number
  to: number
}

const instant = (epoch: number): string => new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
const span = ({ from, to }: Span) => ({ from: instant(from), to: instant(to) })

export const openSession = (login: string, password: string) =>
  call<Session>('POST', '/session', { body: { login, password } })
export const currentSession = () => call<Session>('GET', '/session')
export const closeSession = () => call<void>('DELETE', '/session')

export const organisations = () => everyPage<Organisation>('/organisations')
export const buildings = () => everyPage<Building>('/buildings')
export const today = (id: number, signal?: AbortSignal) => call<Today>('GET', `/buildings/${id}/today`, upTo(signal))
export const meters = (organisation: number, signal?: AbortSignal) =>
  everyPage<Meter>('/meters', { query: { organisation }, ...upTo(signal) })

export const series = (meter: number[], within: Span, maxPoints: number, signal?: AbortSignal) =>
  call<Page<Series>>('GET', '/series', {
    query: { meter, ...span(within), max_points: maxPoints }, ...upTo(signal),
  })
export const consumption = (meter: number[], step: Step, within: Span, signal?: AbortSignal) =>
  everyPage<Consumption>('/consumption', { query: { meter, step, ...span(within) }, ...upTo(signal) })

export const devices = (organisation: number | null, signal?: AbortSignal) =>
  everyPage<Device>('/devices', { query: { organisation }, ...upTo(signal) })
export const changeDevice = (id: number, change: DeviceChange) =>
  call<Device>('PATCH', `/devices/${id}`, { body: change })

export const quarantine = (cursor: string | null, signal?: AbortSignal) =>
  call<Page<Quarantined>>('GET', '/quarantine', { query: { limit: 50, cursor }, ...upTo(signal) })
export const conflicts = async (signal?: AbortSignal) =>
  (await call<Page<Conflict>>('GET', '/conflicts', { query: { limit: 200 }, ...upTo(signal) })).items
export const collector = (signal?: AbortSignal) => call<Collector>('GET', '/collector', upTo(signal))

function upTo(signal: AbortSignal | undefined): Call {
  return signal ? { signal } : {}
}

/** Follow the cursor to the end. For lists that are bounded by what an institution owns. */
async function everyPage<T>(path: string, request: Call = {}): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null | undefined = null
  do {
    const page: Page<T> = await call<Page<T>>('GET', path, { ...request, query: { ...request.query, cursor } })
    all.push(...page.items)
    cursor = page.next
  } while (cursor)
  return all
}
