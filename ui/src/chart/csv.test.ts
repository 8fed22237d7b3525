import { expect, test } from 'vitest'
import { toCsv } from './csv'

test('fields with commas, quotes and line ends are quoted', () => {
  expect(toCsv(['a,b', 'c'], [['say "hi"', 1.5]])).toBe('\uFEFF"a,b",c\r\n"say ""hi""",1.5\r\n')
})

test('missing is empty, zero is zero', () => {
  expect(toCsv(['v'], [[null], [0]])).toBe('\uFEFFv\r\n\r\n0\r\n')
})

test('a name that a spreadsheet would run is defused, a negative number is not touched', () => {
  expect(toCsv(['n', 'v'], [['=1+1', -3]])).toContain("'=1+1,-3")
})
