/** Units of the yearly tables as print has them; persons and vehicles in words of the language. */
import { unitSymbol } from '../format/number'
import { i18n } from '../i18n/language'

export const unitName = (of: string): string =>
  of === 'person' || of === 'vehicle' ? i18n.global.t(`statistics.units.${of}`) : unitSymbol(of)
