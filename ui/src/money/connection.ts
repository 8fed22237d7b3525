/** A meter's connection in one line: capacity, declared demand, quota. */

interface Connection {
  capacity_kva: string | null
  declared_kw: string | null
  quota: string | null
}

export const termsText = ({ capacity_kva, declared_kw, quota }: Connection, t: (key: string, named: { n: number }) => string): string =>
  [capacity_kva && `${Number(capacity_kva)} kVA`, declared_kw && `${Number(declared_kw)} kW`, quota && t('money.quotaOf', { n: Number(quota) })].filter(Boolean).join(' · ')
