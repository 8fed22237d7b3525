import { expect, test, vi } from 'vitest'
import { call } from './client'
import { everyPage } from './page'

vi.mock('./client', () => ({ call: vi.fn() }))

test('a list longer than one answer is asked for to its end', async () => {
  vi.mocked(call)
    .mockResolvedValueOnce({ items: [1, 2], next: 'after-2' })
    .mockResolvedValueOnce({ items: [3], next: null })
  expect(await everyPage<number>('/vehicle-use', { query: { first: 'a' } })).toEqual([1, 2, 3])
  expect(vi.mocked(call).mock.calls.map(([, , request]) => request?.query)).toEqual([
    { limit: 1000, first: 'a', cursor: null },
    { limit: 1000, first: 'a', cursor: 'after-2' },
  ])
})
