/** The current instant, moved on every few seconds so that ages on the screen stay true. [epoch s] */
import { ref } from 'vue'

const STEP_MS = 5_000

export const now = ref(Math.floor(Date.now() / 1000))

setInterval(() => {
  now.value = Math.floor(Date.now() / 1000)
}, STEP_MS)
