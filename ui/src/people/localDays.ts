/** First and last days, as people type them, to instants. */
import { addDays, startOfDay } from '../period/zone'

/** The instant a local day begins; no day, no instant. */
export const beginOf = (day: string, zone: string): string | null => (day ? new Date(startOfDay(day, zone) * 1000).toISOString() : null)

/** The instant after the last of a local day; no day, no instant. */
export const endOf = (day: string, zone: string): string | null => (day ? beginOf(addDays(day, 1), zone) : null)
