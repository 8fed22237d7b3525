/** A profile's name as people know it: codecs by the standard they read, vendors by the profile's own name. */

const STANDARDS: Record<string, string> = {
  gb32960: 'GB/T 32960', jt808: 'JT/T 808', dlt645: 'DL/T 645-2007', cjt188: 'CJ/T 188',
  sparkplug_b: 'Sparkplug B', senml: 'SenML (RFC 8428)',
}

export function profileTitle(name: string, t: (key: string) => string): string {
  return name === 'native' ? t('onboard.native') : (STANDARDS[name] ?? name)
}
