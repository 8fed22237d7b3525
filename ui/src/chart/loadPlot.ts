/** How a load curve is drawn: band, line, dots on what was not measured, hatching where nothing is known. */
import uPlot from 'uplot'
import type { Span } from '../api/resources'
import { formatMark, unitSymbol } from '../format/number'
import { token } from '../state/theme'
import { timeLabel } from './axis'
import type { Cause } from './causes'
import { gaps, type Curve } from './curve'
import type { Basis } from './laidUnder'

export interface Drawing {
  curve: Curve
  /** Means of the period it is held against, at the same times. */
  compared: (number | null)[] | null
  basis: Basis | null
  causes: readonly Cause[]
  /** Times of events, which explain the use. */
  events: readonly Span[]
  shown: Span
  zone: string
  locale: string
  now: number
  width: number
  height: number
  zoom: (span: Span) => void
  point: (index: number | null) => void
  /** Called when it stands, to place what is laid over it. */
  drawn: (plot: uPlot) => void
}

/** Up to so many native intervals show as the steps that they are; more read better as a line. */
const STEPPED_POINTS = 200
const HATCH_PX = 6
/** More marks than this would be a solid bar; the dotted line, or the sign of an alert, alone tells as much. */
const MARKED_POINTS = 48

type Columns = [number[], ...(number | null)[][]]

/** Signs of alerts, the gravest last: it lies above. */
const PRIORITIES = ['low', 'high', 'urgent'] as const
/** Number of the column of the use itself. */
const MEAN = 7

export function columns({ curve, compared, basis, causes }: Pick<Drawing, 'curve' | 'compared' | 'basis' | 'causes'>): Columns {
  const { t, mean, min, max, flagged } = curve
  const none = t.map(() => null)
  const caused = PRIORITIES.map((priority) => {
    const points = new Set(causes.filter((each) => each.priority === priority && each.points.length <= MARKED_POINTS).flatMap((each) => each.points))
    return points.size > 0 ? mean.map((value, index) => (points.has(index) ? value : null)) : none
  })
  return [
    t, max ?? none, min ?? none, basis?.high ?? none, basis?.low ?? none, basis?.mean ?? none, compared ?? none,
    mean, mean.map((value, index) => (flagged[index] ? value : null)), ...caused,
  ]
}

export function options(drawing: Drawing): uPlot.Options {
  const { curve, shown, zone, width, height } = drawing
  return {
    width,
    height,
    padding: [20, 8, 0, 4],
    legend: { show: false },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone),
    scales: {
      x: { range: () => [shown.from, shown.to] },
      y: { range: (_, low, high) => (low === null ? [0, 1] : [Math.min(0, low * 1.05), Math.max(high, 0) * 1.05 || 1]) },
    },
    series: series(curve),
    bands: [
      { series: [1, 2], fill: token('band') },
      { series: [3, 4], fill: token('baseband') },
    ],
    axes: axes(drawing),
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, fill: token('data') },
      bind: { dblclick: () => null },
      // Only the use follows the pointer; the limits of bands are no values.
      dataIdx: (_, column, index) => (column === MEAN ? index : (null as unknown as number)),
    },
    hooks: {
      drawAxes: [(plot) => shade(plot, drawing.events), (plot) => hatch(plot, drawing)],
      draw: [(plot) => writeUnit(plot, curve.unit), drawing.drawn],
      setCursor: [({ cursor }) => drawing.point(cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width: wide } = plot.select
          if (wide < 4) return
          drawing.zoom({ from: plot.posToVal(left, 'x'), to: plot.posToVal(left + wide, 'x') })
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

function series(curve: Curve): uPlot.Series[] {
  const stepped = curve.tier === 'native' && curve.t.length <= STEPPED_POINTS
  const shape = stepped ? { paths: uPlot.paths.stepped!({ align: 1 }) } : {}
  const few = curve.flagged.filter(Boolean).length <= MARKED_POINTS
  const edge = { stroke: 'transparent', width: 0, points: { show: false }, ...shape }
  return [
    {},
    edge,
    edge,
    edge,
    edge,
    { stroke: token('baseline'), width: 1.5, dash: [4, 3], points: { show: false }, ...shape },
    { stroke: token('ink3'), width: 1.2, points: { show: false }, ...shape },
    { stroke: token('data'), width: 1.5, points: { show: false }, ...shape },
    {
      stroke: token('high'),
      width: 1.5,
      dash: [2, 3],
      points: { show: few, size: 6, width: 1.5, stroke: token('high'), fill: token('panel') },
      ...shape,
    },
    ...PRIORITIES.map((priority) => ({ paths: () => null, points: { show: true, size: 5, width: 0, fill: token(priority) } })),
  ]
}

/** Time below, amounts on the left. */
export function axes({ shown, zone, locale }: Pick<Drawing, 'shown' | 'zone' | 'locale'>): uPlot.Axis[] {
  const common = {
    stroke: token('ink2'),
    font: `12px ${token('font')}`,
    grid: { stroke: token('line'), width: 1 },
    ticks: { show: false },
  }
  return [
    {
      ...common,
      space: 70,
      size: 24,
      gap: 6,
      values: (_, splits, __, ___, step) => splits.map((at) => (at < shown.to ? timeLabel(at, step, zone, locale) : '')),
    },
    {
      ...common,
      space: 44,
      size: (_, values) => 16 + 8 * Math.max(3, ...(values ?? []).map((value) => value.length)),
      gap: 6,
      values: (_, splits) => splits.map((value) => formatMark(value, locale)),
    },
  ]
}

export function writeUnit({ ctx, bbox }: uPlot, unit: string): void {
  ctx.save()
  ctx.font = `${12 * devicePixelRatio}px ${token('font')}`
  ctx.fillStyle = token('ink2')
  ctx.textAlign = 'right'
  ctx.fillText(unitSymbol(unit), bbox.left - 6 * devicePixelRatio, bbox.top - 8 * devicePixelRatio)
  ctx.restore()
}

function shade(plot: uPlot, events: readonly Span[]): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = token('selection')
  for (const { from, to } of events) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left)
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width)
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height)
  }
  ctx.restore()
}

function hatch(plot: uPlot, { curve, shown, now }: Drawing): void {
  const { ctx, bbox } = plot
  const step = HATCH_PX * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  for (const { from, to } of gaps(curve, shown, now)) {
    const left = Math.max(plot.valToPos(from, 'x', true), bbox.left)
    const right = Math.min(plot.valToPos(to, 'x', true), bbox.left + bbox.width)
    if (right > left) ctx.rect(left, bbox.top, right - left, bbox.height)
  }
  ctx.clip()
  ctx.strokeStyle = token('hatch')
  ctx.lineWidth = devicePixelRatio
  ctx.beginPath()
  for (let at = bbox.left - bbox.height; at < bbox.left + bbox.width; at += step) {
    ctx.moveTo(at, bbox.top + bbox.height)
    ctx.lineTo(at + bbox.height, bbox.top)
  }
  ctx.stroke()
  ctx.restore()
}
