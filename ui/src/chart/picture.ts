/** A chart as a picture that still says what it shows when it lies alone in a report. */
import { token } from '../state/theme'

const HEAD_PX = 52

export function picture(chart: HTMLCanvasElement, title: string, sub: string): Promise<Blob | null> {
  const scale = devicePixelRatio
  const canvas = document.createElement('canvas')
  canvas.width = chart.width
  canvas.height = chart.height + HEAD_PX * scale
  const ctx = canvas.getContext('2d')
  if (!ctx) return Promise.resolve(null)
  ctx.fillStyle = token('panel')
  ctx.fillRect(0, 0, canvas.width, canvas.height)
  ctx.fillStyle = token('ink')
  ctx.font = `600 ${14 * scale}px ${token('font')}`
  ctx.fillText(title, 12 * scale, 22 * scale)
  ctx.fillStyle = token('ink2')
  ctx.font = `${12 * scale}px ${token('font')}`
  ctx.fillText(sub, 12 * scale, 42 * scale)
  ctx.drawImage(chart, 0, HEAD_PX * scale)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}
