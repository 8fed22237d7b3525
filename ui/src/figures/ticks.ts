/** Round marks on an axis from zero. */

/** From 0 up to the first round number at or above `max`; about `want` steps. */
export function ticks(max: number, want = 4): number[] {
  if (!(max > 0)) return [0, 1]
  const rough = max / want
  const size = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * size >= rough) ?? 10) * size
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** Round marks that enclose [low, high]; zero need not be among them. */
export function ticksBetween(low: number, high: number, want = 4): number[] {
  const [, step = 1] = ticks(Math.max(high - low, 1e-9), want)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}
