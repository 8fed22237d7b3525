import { expect, test } from 'vitest'
import { readable } from './payload'

test('JSON is laid out, anything else stays as it came', () => {
  expect(readable('{"ts":1}', 'text')).toBe('{\n  "ts": 1\n}')
  expect(readable('{"ts":1', 'text')).toBe('{"ts":1')
})

test('bytes stand sixteen to a line', () => {
  const payload = Array.from({ length: 18 }, () => '68').join(' ')
  expect(readable(payload, 'hex').split('\n').map((line) => line.length)).toEqual([47, 5])
})
