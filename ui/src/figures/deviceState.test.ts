import { expect, test } from 'vitest'
import { clockIsWrong, duration, isStale, signedSeconds } from './deviceState'

test('a clock within a minute is right, and an unknown one is not wrong', () => {
  expect([60, -60, 0, null].some(clockIsWrong)).toBe(false)
  expect([60.5, -61].every(clockIsWrong)).toBe(true)
})

test('an offset carries its sign', () => {
  expect(signedSeconds(75.4, 'en-GB')).toBe('+75 s')
  expect(signedSeconds(-3_600, 'zh-CN')).toBe('−3,600 s')
})

test('an offset of less than half a second is none', () => {
  expect([-0.005, 0, 0.4].map((offset) => signedSeconds(offset, 'en-GB'))).toEqual(['0 s', '0 s', '0 s'])
})

test.each([
  [45, '45 secs'],
  [720, '12 mins'],
  [12_600, '3.5 hrs'],
  [181_440, '2.1 days'],
])('%d seconds last %s', (seconds, text) => {
  expect(duration(seconds, 'en-GB')).toBe(text)
})

test('a value of two hours ago is old', () => {
  expect(isStale(7_201)).toBe(true)
  expect(isStale(900)).toBe(false)
})
