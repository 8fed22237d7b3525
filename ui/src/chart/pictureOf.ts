/** A drawing made of SVG, canvas and words as one picture, with its title, for a report. */
import { picture } from './picture'

/** What the styles of the page give a shape; alone in a picture it has to bring them along. */
const LOOKS = [
  'fill', 'fill-opacity', 'stroke', 'stroke-opacity', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'opacity', 'display', 'visibility',
  'font-family', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline',
] as const

function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement
  const originals = [svg, ...svg.querySelectorAll('*')]
  const copies = [copy, ...copy.querySelectorAll('*')]
  originals.forEach((each, at) => {
    const look = getComputedStyle(each)
    for (const name of LOOKS) copies[at]?.setAttribute(name, look.getPropertyValue(name))
  })
  const { width, height } = svg.getBoundingClientRect()
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  return new XMLSerializer().serializeToString(copy)
}

async function drawSvg(ctx: CanvasRenderingContext2D, svg: SVGSVGElement, x: number, y: number): Promise<void> {
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`
  await image.decode()
  ctx.drawImage(image, x, y)
}

function drawWords(ctx: CanvasRenderingContext2D, words: Text, x: number, y: number): void {
  const parent = words.parentElement
  const range = document.createRange()
  range.selectNodeContents(words)
  const [rect] = range.getClientRects()
  const said = words.data.trim()
  if (!parent || !rect || said === '') return
  const look = getComputedStyle(parent)
  ctx.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`
  ctx.fillStyle = look.color
  ctx.textBaseline = 'middle'
  ctx.fillText(said, rect.left - x, rect.top + rect.height / 2 - y)
}

/** Every drawing and every word in `box`, where it stands on the screen; what is scrolled away is in it too. */
export async function pictureOf(box: HTMLElement, title: string, sub: string): Promise<Blob | null> {
  const scale = devicePixelRatio
  const { left, top } = box.getBoundingClientRect()
  const inside = box.querySelectorAll('svg, canvas')
  const right = Math.max(left + box.clientWidth, ...[...inside].map((each) => each.getBoundingClientRect().right))
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil((right - left) * scale)
  canvas.height = Math.ceil(box.scrollHeight * scale)
  const ctx = canvas.getContext('2d')
  if (!ctx) return null
  ctx.scale(scale, scale)
  for (const each of inside) {
    const at = each.getBoundingClientRect()
    if (each instanceof HTMLCanvasElement) ctx.drawImage(each, at.left - left, at.top - top, at.width, at.height)
    else if (each instanceof SVGSVGElement && at.width > 0) await drawSvg(ctx, each, at.left - left, at.top - top)
  }
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text && !node.parentElement?.closest('svg, button, input, .unseen')) drawWords(ctx, node, left, top)
  }
  return picture(canvas, title, sub)
}
