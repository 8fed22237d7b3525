/** What an installer is told about a new device. */
import type { Profile } from '../api/types'

const VALUES: Record<string, Record<string, number>> = {
  electricity_meter: { active_power_kw: 41.2, active_energy_import_kwh: 184223.5 },
  water_meter: { volume_m3: 1042.37, flow_m3h: 1.6 },
  gas_meter: { volume_m3: 532.1, flow_m3h: 0.8 },
  heat_meter: { heat_energy_gj: 812.4, heat_power_kw: 63.5 },
  climate_sensor: { air_temperature_c: 22.4, relative_humidity_pct: 46 },
  vehicle: { odometer_km: 20412.3, soc_pct: 64 },
}

/** A message of the native profile, as a device of that kind would send it now. */
export function examplePayload(kind: string, nowMs: number): string {
  return JSON.stringify({ ts: nowMs, seq: 1, values: VALUES[kind] ?? VALUES.electricity_meter })
}

const OURS = 'cw/v1/'

/** Where it publishes: native and raw frames below its own name, vendors on topics of theirs. */
export function topicsOf(profile: Profile | null, code: string, granted: readonly string[]): string[] {
  const vendors = granted.filter((topic) => !topic.startsWith(OURS))
  if (profile?.kind === 'profile') return vendors.length > 0 ? vendors : profile.topics
  const own = (profile?.topics ?? []).filter((topic) => topic.startsWith(`${OURS}+/`)).map((topic) => topic.replace('+', code))
  return [...own, ...vendors]
}

/** Whether a device may be called so: the name is a level of its topics and its user name at the broker. */
export function isCode(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,64}$/.test(text) && !text.startsWith('civicwatt-')
}
