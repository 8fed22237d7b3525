import { afterEach, beforeAll, expect, test } from 'vitest'
import { ProblemError } from '../api/client'
import chinese from '../locales/sentences.zh-CN.json'
import zhCN from '../locales/zh-CN.json'
import { i18n, wordings } from './language'
import { faultText, sentence } from './sentence'

const missing = { code: 'no_meter', parameters: { meter: 'school-main' } }

beforeAll(() => {
  wordings.value = chinese
  i18n.global.setLocaleMessage('zh-CN', zhCN)
})
afterEach(() => (i18n.global.locale.value = 'zh-CN'))

test('a code is worded in Chinese with what was seen and wanted', () => {
  expect(sentence(missing, 'there is no meter school-main')).toBe('没有表计 school-main')
})

test('words of the trade among the parameters are worded too', () => {
  const unchecked = { code: 'price_unchecked', parameters: { name: 'sewage', period: 'all day' } }
  expect(sentence(unchecked, 'nobody has checked it')).toBe('污水处理（全天）：没有人对照文件核对过价格')
})

test('energy that nobody entered is named as on the form', () => {
  const unknown = { code: 'energy_unknown', parameters: { kind: 'gasoline_l' } }
  expect(sentence(unknown, 'gasoline_l is asked for every month')).toMatch(/^汽油 每月都要填报/)
})

test('English is the text of the server', () => {
  i18n.global.locale.value = 'en'
  expect(sentence(missing, 'there is no meter school-main')).toBe('there is no meter school-main')
})

test('what nobody has worded stays in English', () => {
  expect(sentence({ code: 'of_tomorrow', parameters: {} }, 'the moon is full')).toBe('the moon is full')
})

test('a refusal says its place', () => {
  const fault = new ProblemError(409, 'Conflict', 'bills.csv:3: number is empty', { code: 'is_empty', parameters: { name: 'number' }, place: 'bills.csv:3' })
  expect(faultText(fault)).toBe('bills.csv:3: number 是空的')
})

test('every value that does not fit is named', () => {
  const wrong = { place: 'body.area', code: 'greater_than', parameters: { gt: '0' }, detail: 'Input should be greater than 0' }
  const strange = { place: 'body.name', code: 'new_rule', parameters: {}, detail: 'no name' }
  const fault = new ProblemError(422, 'Unprocessable Entity', 'both', { misfits: [wrong, strange] })
  expect(faultText(fault)).toBe('area: 应大于 0; name: no name')
})

test('a server that is not there is told of in the language shown', () => {
  expect(faultText(new TypeError('Failed to fetch'))).toBe(i18n.global.t('state.offline'))
})
