/** Units in words of the language: of persons, Chinese writes 人. */
import { unitSymbol } from '../format/number'
import { language } from './language'

export function unitText(unit: string): string {
  return language.value === 'zh-CN' ? unitSymbol(unit).replace(/\bperson\b/, '人') : unitSymbol(unit)
}
