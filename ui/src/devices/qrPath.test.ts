import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { qrPath } from './qrPath'

/** The path as a picture, so many pixels a module, in the form a camera gives. */
function picture({ side, path }: ReturnType<typeof qrPath>, scale = 4) {
  const width = side * scale
  const data = new Uint8Array(width * width * 4).fill(255)
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let dy = 0; dy < scale; dy += 1) {
      const from = ((Number(y) * scale + dy) * width + Number(x) * scale) * 4
      for (let at = from; at < from + scale * 4; at += 4) data.set([0, 0, 0], at)
    }
  }
  return { width, height: width, data }
}

test.each(['http://127.0.0.1:8000/devices/7', 'https://能源.example.cn/devices/1048576'])('%s is read back from its squares', (text) => {
  expect(decodeQR(picture(qrPath(text)))).toBe(text)
})
