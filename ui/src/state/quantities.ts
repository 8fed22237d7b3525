/** Names and units of what is measured, loaded once; a quantity nobody has listed is shown as it is called. */
import { shallowRef } from 'vue'
import { quantities as loadQuantities } from '../api/resources'
import { unitSymbol } from '../format/number'
import { nameOf } from '../i18n/language'
import type { Quantity } from '../api/types'

const known = shallowRef<ReadonlyMap<string, Quantity>>(new Map())
let asked = false

/** Names appear when they have arrived; without them the identifiers stay, which say the same. */
function ask(): void {
  if (asked) return
  asked = true
  loadQuantities().then(
    (found) => (known.value = new Map(found.map((each) => [each.name, each]))),
    () => (asked = false),
  )
}

export function quantityName(name: string): string {
  ask()
  const found = known.value.get(name)
  return found ? nameOf(found) : name
}

export function quantityUnit(name: string): string {
  const unit = known.value.get(name)?.unit ?? ''
  return ['', '1', 'code', 'bits'].includes(unit) ? '' : unitSymbol(unit)
}
