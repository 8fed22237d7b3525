/** A short tone, made here: no file is fetched, and it sounds only once somebody has pressed a button on the page. */
let context: AudioContext | null = null

const PITCH_HZ = 880
const LENGTH_S = 0.4

/** Whether the browser let it sound; without a press of a button on the page it does not. */
export async function sound(): Promise<boolean> {
  context ??= new AudioContext()
  await context.resume()
  if (context.state !== 'running') return false
  const oscillator = context.createOscillator()
  const volume = context.createGain()
  volume.gain.value = 0.3
  oscillator.frequency.value = PITCH_HZ
  oscillator.connect(volume).connect(context.destination)
  oscillator.start()
  oscillator.stop(context.currentTime + LENGTH_S)
  return true
}
