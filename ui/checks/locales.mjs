// Fails when a language lacks a key, has an empty text, names other parameters than zh-CN, or when a
// text that the source asks for by a literal key does not exist.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const source = new URL('../src/', import.meta.url).pathname

function flatten(node, path = '') {
  return Object.entries(node).flatMap(([name, value]) => {
    const key = path ? `${path}.${name}` : name
    return typeof value === 'string' ? [[key, value]] : flatten(value, key)
  })
}

function read(name) {
  return new Map(flatten(JSON.parse(readFileSync(join(source, 'locales', `${name}.json`), 'utf8'))))
}

const parameters = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort().join()

const reference = read('zh-CN')
const faults = []
for (const name of ['en']) {
  const other = read(name)
  for (const [key, text] of reference) {
    const translated = other.get(key)
    if (!translated?.trim()) faults.push(`${name}.json lacks ${key}`)
    else if (parameters(text) !== parameters(translated)) faults.push(`${name}.json: other parameters in ${key}`)
  }
  for (const key of other.keys()) if (!reference.has(key)) faults.push(`zh-CN.json lacks ${key}`)
}

const files = readdirSync(source, { recursive: true }).filter((name) => /\.(ts|vue)$/.test(name))
const text = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n')
for (const [, key] of text.matchAll(/\bt\(\s*'([\w.]+)'/g)) {
  if (!reference.has(key)) faults.push(`zh-CN.json lacks ${key}, which the source asks for`)
}
const groups = new Set([...text.matchAll(/`([\w.]+\.)\$\{/g)].map(([, group]) => group))
for (const key of reference.keys()) {
  const asked = text.includes(`'${key}'`) || [...groups].some((group) => key.startsWith(group))
  if (!asked) faults.push(`nobody asks for ${key}`)
}

for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exit(1)
console.log(`${reference.size} texts in both languages`)
