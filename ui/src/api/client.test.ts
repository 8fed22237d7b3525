import { expect, test, vi } from 'vitest'

import { call } from './client'

test('a change names what was seen of the same address, once', async () => {
  const told: (string | null)[] = []
  vi.stubGlobal('fetch', async (_: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
    if (method !== 'GET') told.push(headers['If-Match'] ?? null)
    return new Response('{}', { headers: method === 'GET' ? { ETag: 'W/"seen"' } : {} })
  })
  await call('GET', '/security-rules')
  await call('GET', '/calendars/cn/years/2026')
  await call('PUT', '/security-rules', { body: {} })
  await call('PUT', '/security-rules', { body: {} })
  await call('PATCH', '/calendars/cn/days/2026-03-02', { body: {}, seenAt: '/calendars/cn/years/2026' })
  expect(told).toEqual(['W/"seen"', null, 'W/"seen"'])
  vi.unstubAllGlobals()
})
