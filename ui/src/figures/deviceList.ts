/** The devices in the order in which a person has to do something about them. */
import type { Device, DeviceStatus } from '../api/types'

const ORDER: Record<DeviceStatus, number> = { pending: 0, accepted: 1, refused: 2 }

/** Pending first, then accepted, then refused; within each the silent ones last. */
export function inOrder(devices: readonly Device[]): Device[] {
  return [...devices].sort(
    (a, b) => ORDER[a.status] - ORDER[b.status] || (b.last_seen ?? '').localeCompare(a.last_seen ?? '') || a.code.localeCompare(b.code),
  )
}

export function matching(devices: readonly Device[], status: DeviceStatus | null, typed: string): Device[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return devices.filter((device) => {
    const text = `${device.code} ${device.name_zh} ${device.name_en} ${device.kind}`.toLowerCase()
    return (status === null || device.status === status) && words.every((word) => text.includes(word))
  })
}
