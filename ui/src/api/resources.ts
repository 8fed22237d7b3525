/** Every call the console makes, one line each. Spans are half-open instants in epoch seconds. */
import { call, type Call, type Query } from './client'
import type { CorrectionEffect, Edit, NewEdit, NewRegisterEvent, RegisterEvent } from './corrections'
import { everyPage } from './page'
import type { Balance, MeterMove, MeterTree, NewMeter, MeterNames, NewVirtualMeter, SubItem, VirtualMeter } from './tree'
import type { Availability, Building, Clock, Collector, Conflict, ConflictsLeftOut, Consumption, Coordinates, Credential, Device, DeviceChange, Gap, HeardMessage, Instant, Issued, Late, Latest, LeftOut, Medium, Meter, MeterHole, NewDevice, OneDevice, Organisation, Page, Profile, Quantity, Quarantined, QuarantinedWhole, Reading, ReasonCount, RegisterFinding, Repeat, Session, Step, Suspect, Today } from './types'

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

/** `asOf` gives figures as they were known then. */
export const consumption = (meter: number[], step: Step, within: Span, signal?: AbortSignal, asOf?: Instant | null) =>
  everyPage<Consumption>('/consumption', { query: { meter, step, ...span(within), as_of: asOf ?? null }, ...upTo(signal) })

export const balance = (building: number, medium: Medium, within: Span, signal?: AbortSignal) =>
  call<Balance>('GET', `/buildings/${building}/balance`, { query: { medium, ...span(within) }, ...upTo(signal) })
export const meterTree = (building: number, medium: Medium, signal?: AbortSignal) =>
  call<MeterTree>('GET', `/buildings/${building}/meter-tree`, { query: { medium }, ...upTo(signal) })
export const moveMeter = (id: number, move: MeterMove) => call<void>('POST', `/meters/${id}/positions`, { body: move })
export const subItems = async (signal?: AbortSignal) => (await call<Page<SubItem>>('GET', '/sub-items', upTo(signal))).items
export const virtualMeters = async (organisation: number, signal?: AbortSignal) =>
  (await call<Page<VirtualMeter>>('GET', '/virtual-meters', { query: { organisation }, ...upTo(signal) })).items
export const addMeter = (meter: NewMeter) => call<Meter>('POST', '/meters', { body: meter })
export const renameMeter = (id: number, names: MeterNames) => call<Meter>('PATCH', `/meters/${id}`, { body: names })
export const addVirtualMeter = (meter: NewVirtualMeter) => call<VirtualMeter>('POST', '/virtual-meters', { body: meter })
export const changeFormula = (id: number, formula: string, day: string) =>
  call<VirtualMeter>('POST', `/virtual-meters/${id}/formulas`, { body: { formula, day } })
export const endVirtualMeter = (id: number, day: string) => call<void>('DELETE', `/virtual-meters/${id}`, { query: { day } })

export const devices = (organisation: number | null, signal?: AbortSignal) =>
  everyPage<Device>('/devices', { query: { organisation }, ...upTo(signal) })
export const changeDevice = (id: number, change: DeviceChange) =>
  call<Device>('PATCH', `/devices/${id}`, { body: change })

export const device = (id: number, signal?: AbortSignal) => call<OneDevice>('GET', `/devices/${id}`, upTo(signal))
export const heardMessage = (id: number, signal?: AbortSignal) => call<HeardMessage | null>('GET', `/devices/${id}/message`, upTo(signal))
export const coordinates = (device: number, signal?: AbortSignal) =>
  call<Coordinates>('GET', `/devices/${device}/coordinates`, upTo(signal))
export const declareCoordinates = (device: number, declared: Coordinates) =>
  call<Coordinates>('PUT', `/devices/${device}/coordinates`, { body: declared })
export const registerDevice = (device: NewDevice) => call<Device>('POST', '/devices', { body: device })
export const credentials = async (device: number, signal?: AbortSignal) =>
  (await call<Page<Credential>>('GET', `/devices/${device}/credentials`, upTo(signal))).items
export const issueCredential = (device: number) => call<Issued>('POST', `/devices/${device}/credentials`, { body: {} })
export const rotateCredential = (device: number, id: number) =>
  call<Issued>('POST', `/devices/${device}/credentials/${id}/rotate`)
export const revokeCredential = (device: number, id: number) =>
  call<void>('DELETE', `/devices/${device}/credentials/${id}`)
export const profiles = async (signal?: AbortSignal) =>
  (await call<Page<Profile>>('GET', '/profiles', upTo(signal))).items
export const quantities = () => everyPage<Quantity>('/quantities')
export const newestValues = async (device: number, signal?: AbortSignal) =>
  (await call<Page<Latest>>('GET', '/readings/latest', { query: { device }, ...upTo(signal) })).items[0] ?? null
export const readings = async (device: number, within: Span, limit: number, signal?: AbortSignal) =>
  (await call<Page<Reading>>('GET', '/readings', { query: { device, limit, ...span(within) }, ...upTo(signal) })).items
export const newestReadings = async (device: number, within: Span, signal?: AbortSignal) =>
  (await call<Page<Reading>>('GET', '/readings', { query: { device, limit: 1, ...span(within) }, ...upTo(signal) })).items

export const edits = (meter: number, signal?: AbortSignal) => everyPage<Edit>('/edits', { query: { meter }, ...upTo(signal) })
export const makeEdit = (edit: NewEdit) => call<Edit>('POST', '/edits', { body: edit })
export const correctionEffect = (meter: number, { first, end }: { first: string; end: string }, before: Instant, after: Instant | null, signal?: AbortSignal) =>
  call<CorrectionEffect>('GET', `/meters/${meter}/correction-effect`, { query: { first_day: first, end_day: end, before, after }, ...upTo(signal) })
export const undoEdit = (id: number, reason: string) => call<Edit>('POST', `/edits/${id}/undo`, { body: { reason } })
export const registerEvents = (meter: string, signal?: AbortSignal) =>
  everyPage<RegisterEvent>(`/meters/${encodeURIComponent(meter)}/events`, upTo(signal))
export const declareEvent = (meter: string, event: NewRegisterEvent) =>
  call<RegisterEvent>('POST', `/meters/${encodeURIComponent(meter)}/events`, { body: event })
export const withdrawEvent = (meter: string, id: number, reason: string) =>
  call<RegisterEvent>('POST', `/meters/${encodeURIComponent(meter)}/events/${id}/withdraw`, { body: { reason } })

/** Which part of the house, or which device, a list is about. */
export type Within = { organisation?: number | null; device?: number | null }

export interface QuarantineFilter {
  settled: boolean
  reason?: string | null
  topic?: string | null
  device?: number | null
}
export const quarantine = (wanted: QuarantineFilter, cursor: string | null, signal?: AbortSignal) =>
  call<Page<Quarantined>>('GET', '/quarantine', {
    query: { limit: 50, cursor, ...wanted, settled: String(wanted.settled) }, ...upTo(signal),
  })
export const quarantined = (id: number, signal?: AbortSignal) =>
  call<QuarantinedWhole>('GET', `/quarantine/${id}`, upTo(signal))
export const quarantineLeftOut = (signal?: AbortSignal) => everyPage<LeftOut>('/quarantine/left-out', upTo(signal))
export const quarantineReasons = async (signal?: AbortSignal) =>
  (await call<Page<ReasonCount>>('GET', '/quarantine/reasons', upTo(signal))).items
export const replay = (id: number, anyAge: boolean) =>
  call<Quarantined>('POST', `/quarantine/${id}/replay`, { body: { any_age: anyAge } })
export const discard = (id: number) => call<Quarantined>('POST', `/quarantine/${id}/discard`)
export const replayMany = async (reason: string | null, topic: string | null, anyAge: boolean) =>
  (await call<{ messages: number }>('POST', '/quarantine/replay', { body: { reason, topic, any_age: anyAge } })).messages
export const discardMany = async (reason: string | null, topic: string | null) =>
  (await call<{ messages: number }>('POST', '/quarantine/discard', { body: { reason, topic } })).messages

export const gaps = (within: Within, open: boolean, cursor: string | null, signal?: AbortSignal) =>
  onePage<Gap>('/gaps', { ...within, open: String(open) }, cursor, signal)
export const late = (within: Within, days: number, signal?: AbortSignal) =>
  everyPage<Late>('/late', { query: { ...within, days }, ...upTo(signal) })
export const conflicts = (within: Within, cursor: string | null, signal?: AbortSignal) => onePage<Conflict>('/conflicts', within, cursor, signal)
export const conflictsLeftOut = (within: Within, signal?: AbortSignal) => everyPage<ConflictsLeftOut>('/conflicts/left-out', { query: { ...within }, ...upTo(signal) })
/** Of a meter, or of those of a place. */
export const holes = (within: { organisation?: number | null; meter?: number | null }, cursor: string | null, signal?: AbortSignal) =>
  onePage<MeterHole>('/holes', within, cursor, signal)
export const suspects = (within: Within, cursor: string | null, signal?: AbortSignal) => onePage<Suspect>('/suspects', within, cursor, signal)
export const repeats = (within: Within, cursor: string | null, signal?: AbortSignal) =>
  onePage<Repeat>('/repeats', within, cursor, signal)
export const registerFindings = (
  findings: 'restarts' | 'implausible', within: Within, days: number, cursor: string | null, signal?: AbortSignal,
) => call<Page<RegisterFinding>>('GET', '/register-findings', { query: { findings, days, cursor, ...within }, ...upTo(signal) })
export const clocks = (within: Within, cursor: string | null, signal?: AbortSignal) => onePage<Clock>('/clocks', within, cursor, signal)
export const availability = (
  within: Within, firstDay: string, endDay: string, cursor: string | null, signal?: AbortSignal,
) =>
  call<Page<Availability>>('GET', '/availability', {
    query: { ...within, first_day: firstDay, end_day: endDay, limit: 50, cursor }, ...upTo(signal),
  })
export const collector = (signal?: AbortSignal) => call<Collector>('GET', '/collector', upTo(signal))

function upTo(signal: AbortSignal | undefined): Call {
  return signal ? { signal } : {}
}

function onePage<T>(path: string, within: Query, cursor: string | null, signal?: AbortSignal): Promise<Page<T>> {
  return call<Page<T>>('GET', path, { query: { limit: 100, cursor, ...within }, ...upTo(signal) })
}
