import { describe, expect, it } from 'vitest'
import { corners, plane } from './fencePlot'

describe('areas on a plane', () => {
  it('finds a place again where it was drawn', () => {
    const drawn = plane([[39.1, 117.2], [39.13, 117.25]], 640, 320)!
    const [x, y] = drawn.to([39.12, 117.22])
    const [latitude, longitude] = drawn.from(x, y)
    expect(latitude).toBeCloseTo(39.12, 3)
    expect(longitude).toBeCloseTo(117.22, 3)
    expect(drawn.to([39.13, 117.2])[1]).toBeLessThan(drawn.to([39.1, 117.2])[1])
  })

  it('reads corners line by line and refuses what is none', () => {
    expect(corners('39.1, 117.2\n39.2 117.3\n\n39.1，117.4')).toEqual([[39.1, 117.2], [39.2, 117.3], [39.1, 117.4]])
    expect(corners('39.1\n')).toBeNull()
    expect(corners('117.2, 39.1')).toBeNull()
    expect(corners('a, b')).toBeNull()
  })
})
