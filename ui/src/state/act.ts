/** Something a person does to the server: busy while it runs, told when it is done, its refusal shown. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export interface Act {
  busy: Ref<boolean>
  /** What to say about the last one that went well. */
  told: Ref<string>
  fault: ShallowRef<Error | null>
  act: (doing: () => Promise<string | void>) => Promise<void>
}

/** `after` runs when it went well, such as to ask for the list anew. */
export function useAct(after: () => Promise<void> = () => Promise.resolve()): Act {
  const busy = ref(false)
  const told = ref('')
  const fault = shallowRef<Error | null>(null)

  async function act(doing: () => Promise<string | void>): Promise<void> {
    busy.value = true
    fault.value = null
    told.value = ''
    try {
      told.value = (await doing()) ?? ''
      await after()
    } catch (failure) {
      fault.value = failure instanceof Error ? failure : new Error(String(failure))
    } finally {
      busy.value = false
    }
  }

  return { busy, told, fault, act }
}
