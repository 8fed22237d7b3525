// Prints what a QR code says; the picture comes on standard input as raw RGBA, its width and height as arguments.
import { readFileSync } from 'node:fs'
import decodeQR from 'qr/decode.js'

const [width, height] = process.argv.slice(2).map(Number)
process.stdout.write(decodeQR({ width, height, data: new Uint8Array(readFileSync(0)) }))
