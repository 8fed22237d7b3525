/** How wide an element is now, so that a drawing need not be scaled with its words. [px] */
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'

export function useWidth(box: Ref<HTMLElement | undefined>, until = 0): Ref<number> {
  const width = ref(until)
  const sizes = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry?.contentRect.width ?? 0)
    if (now > 0) width.value = now
  })
  watch(box, (found, before) => {
    if (before) sizes.unobserve(before)
    if (found) sizes.observe(found)
  })
  onBeforeUnmount(() => sizes.disconnect())
  return width
}
