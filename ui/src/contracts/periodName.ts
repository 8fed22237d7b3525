/** Name of what a statement is of: a month as it is, a contract year, a quarter of one, or the whole term in words. */
import { useI18n } from 'vue-i18n'

const YEAR = /^year (\d+)(?: quarter (\d))?$/

export function usePeriodName(): (period: string) => string {
  const { t } = useI18n()
  return (period) => {
    if (period === 'term') return t('contracts.periods.term')
    const [, year, quarter] = YEAR.exec(period) ?? []
    if (year === undefined) return period
    return quarter === undefined ? t('contracts.periods.year', { year }) : t('contracts.periods.quarter', { year, quarter })
  }
}
