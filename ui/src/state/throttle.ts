/** Run now, then at most once per `pauseMs`; the last request in a pause is never lost. */
export function throttled(run: () => void, pauseMs: number): () => void {
  let waiting = false
  let again = false
  function pause(): void {
    waiting = true
    setTimeout(() => {
      waiting = false
      if (!again) return
      again = false
      run()
      pause()
    }, pauseMs)
  }
  return () => {
    if (waiting) {
      again = true
      return
    }
    run()
    pause()
  }
}
