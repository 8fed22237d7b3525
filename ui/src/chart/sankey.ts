/** The one place that knows ECharts: only what a Sankey needs of it, in a chunk of its own. */
import { LabelLayout } from 'echarts/features'
import { SankeyChart } from 'echarts/charts'
import { init, use, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { token } from '../state/theme'

use([SankeyChart, CanvasRenderer, LabelLayout])

export interface SankeyNode {
  key: string
  label: string
  colour: string
  /** Stands in the first of three columns: its label must not reach the next one's. */
  source?: boolean
  /** Stands in the middle of three: its label goes above, where no source and no part is. */
  middle?: boolean
}

export interface SankeyDrawing {
  nodes: SankeyNode[]
  links: { from: string; to: string; use: number }[]
  pick: (key: string) => void
}

export type Sankey = ECharts

/** Room for the labels of the last column. [px] */
const LABEL_PX = 148
/** A label of two lines fits: nodes that are next to nothing keep theirs apart. [px] */
const GAP_PX = 36

export function sankey(box: HTMLElement, { nodes, links, pick }: SankeyDrawing): Sankey {
  const chart = init(box)
  chart.setOption({
    animation: false,
    series: [
      {
        type: 'sankey',
        left: 4,
        right: LABEL_PX,
        top: nodes.some(({ middle }) => middle) ? 36 : 20, // half a label, of a node at the edge, or a whole one above it
        bottom: 20,
        nodeGap: GAP_PX,
        nodeWidth: 12,
        draggable: false,
        // Each part keeps the place that the table gives it.
        layoutIterations: 0,
        emphasis: { disabled: true },
        data: nodes.map(({ key, colour, source, middle }) => ({
          name: key,
          itemStyle: { color: colour, borderWidth: 0 },
          // A source takes just the room of its words; the labels of others are cut where the drawing ends.
          label: middle ? { position: 'top' as const } : source ? {} : { width: LABEL_PX - 12, overflow: 'truncate' as const },
        })),
        links: links.map(({ from, to, use: value }) => ({ source: from, target: to, value })),
        lineStyle: { color: 'target', opacity: 0.28, curveness: 0.5 },
        labelLayout: { hideOverlap: true }, // the table has every one
        label: {
          color: token('ink'),
          fontFamily: token('font'),
          fontSize: 12,
          lineHeight: 15,
          formatter: ({ name }: { name: string }) => nodes.find(({ key }) => key === name)?.label ?? '',
        },
      },
    ],
  })
  chart.on('click', ({ dataType, name }) => {
    if (dataType === 'node') pick(name)
  })
  return chart
}
