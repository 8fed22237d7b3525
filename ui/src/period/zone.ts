/** Local days of a zone. A local date is 'YYYY-MM-DD'; an instant is epoch seconds. */

export type LocalDate = string

const DAY_S = 86_400
const clocks = new Map<string, Intl.DateTimeFormat>()

function clock(zone: string): Intl.DateTimeFormat {
  let found = clocks.get(zone)
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    clocks.set(zone, found)
  }
  return found
}

/** What the wall clock of the zone shows, read as if it were UTC. [epoch s] */
export function wallSeconds(epoch: number, zone: string): number {
  const part: Record<string, number> = {}
  for (const { type, value } of clock(zone).formatToParts(epoch * 1000)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

export function localDate(epoch: number, zone: string): LocalDate {
  return fromUtc(wallSeconds(epoch, zone))
}

/** First instant of the local day. [epoch s] */
export function startOfDay(date: LocalDate, zone: string): number {
  return whenWallShows(utc(date), zone)
}

/** When the zone's wall clock shows 'YYYY-MM-DDTHH:MM'. [epoch s] */
export function fromWall(text: string, zone: string): number {
  return whenWallShows(Date.parse(`${text}Z`) / 1000, zone)
}

/** What the zone's wall clock shows, to the minute: 'YYYY-MM-DDTHH:MM'. */
export function toWall(epoch: number, zone: string): string {
  return new Date(wallSeconds(epoch, zone) * 1000).toISOString().slice(0, 16)
}

function whenWallShows(wanted: number, zone: string): number {
  let epoch = wanted
  // Twice, because the offset at the first guess may be the one of the other side of a change of clocks.
  for (let pass = 0; pass < 2; pass += 1) epoch += wanted - wallSeconds(epoch, zone)
  return epoch
}

export function addDays(date: LocalDate, days: number): LocalDate {
  return fromUtc(utc(date) + days * DAY_S)
}

/** Days from `first` to `end`: the length of [first, end). */
export function daysBetween(first: LocalDate, end: LocalDate): number {
  return Math.round((utc(end) - utc(first)) / DAY_S)
}

export function startOfMonth(date: LocalDate): LocalDate {
  return `${date.slice(0, 7)}-01`
}

/** The first day of the month that lies `months` after the one of `date`. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  return fromUtc(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1 + months, 1) / 1000)
}

/** 0 = Monday .. 6 = Sunday. */
export function weekday(date: LocalDate): number {
  return (new Date(utc(date) * 1000).getUTCDay() + 6) % 7
}

export function isLocalDate(text: unknown): text is LocalDate {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const epoch = utc(text)
  return Number.isFinite(epoch) && fromUtc(epoch) === text
}

function utc(date: LocalDate): number {
  return Date.parse(`${date}T00:00:00Z`) / 1000
}

function fromUtc(epoch: number): LocalDate {
  return new Date(epoch * 1000).toISOString().slice(0, 10)
}
