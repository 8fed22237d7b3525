import { effectScope } from 'vue'
import { expect, test, vi } from 'vitest'
import { ProblemError } from '../api/client'
import { usePages, type Pages } from './pages'

const ALL = Array.from({ length: 250 }, (_, n) => n)
const slice = (_: string, cursor: string | null) => {
  const from = Number(cursor ?? 0)
  const end = from + 100
  return Promise.resolve({ items: ALL.slice(from, end), next: end < ALL.length ? String(end) : null })
}

async function paged(load: typeof slice): Promise<Pages<number>> {
  const pages = effectScope().run(() => usePages(() => 'all', load)) as Pages<number>
  await vi.waitFor(() => expect(pages.items.value ?? pages.error.value).not.toBeNull())
  return pages
}

test('a list is shown further on demand, to its end', async () => {
  const pages = await paged(slice)
  expect([pages.items.value?.length, pages.next.value]).toEqual([100, '100'])
  await pages.more()
  await pages.more()
  expect([pages.items.value, pages.next.value]).toEqual([ALL, null])
})

test('looked at again it stays as long as it was shown', async () => {
  const pages = await paged(slice)
  await pages.more()
  await pages.refresh()
  expect([pages.items.value?.length, pages.next.value]).toEqual([200, '200'])
})

test('a page that fails is told, and asked for again', async () => {
  const load = vi.fn(slice)
  const pages = await paged(load)
  load.mockRejectedValueOnce(new Error('no answer'))
  await pages.more()
  expect([pages.items.value?.length, pages.error.value?.message]).toEqual([100, 'no answer'])
  await pages.more()
  expect([pages.items.value?.length, pages.error.value]).toEqual([200, null])
})

test('rows that may no longer be seen do not stay', async () => {
  const load = vi.fn(slice)
  const pages = await paged(load)
  load.mockRejectedValueOnce(new ProblemError(403, 'Forbidden', ''))
  await pages.refresh()
  expect([pages.items.value, pages.next.value]).toEqual([null, null])
})
