/** The factor set that figures of a page rest on: the one of the address, else the first that is known. */
import { computed, type ComputedRef } from 'vue'
import { factorSets, type FactorSet } from '../api/portfolio'
import { useAddress } from './address'
import { useResource, type Resource } from './resource'

export interface FactorSetChoice {
  sets: Resource<FactorSet[]>
  /** One set of each code, whatever its versions. */
  codes: ComputedRef<FactorSet[]>
  code: ComputedRef<string | null>
}

export function useFactorSet(): FactorSetChoice {
  const { text } = useAddress()
  const sets = useResource(() => true, (_, signal) => factorSets(signal))
  const codes = computed(() => {
    const known = sets.data.value ?? []
    return known.filter(({ code }, n) => known.findIndex((other) => other.code === code) === n)
  })
  const code = computed(() => codes.value.find((each) => each.code === text('set'))?.code ?? codes.value[0]?.code ?? null)
  return { sets, codes, code }
}
