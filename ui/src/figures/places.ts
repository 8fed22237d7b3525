/** The organisation tree as a person looks for something in it. */
import type { Building, Organisation, PathStep } from '../api/types'

export interface Place {
  id: number
  kind: Organisation['kind']
  name: string
  /** Names from the root down to the parent. */
  within: string
  /** Everything that typing may match: both names, code, and those of what it belongs to. */
  words: string
}

type Name = (named: { name_zh: string; name_en: string }) => string

/** The name of a part without that of the whole it is shown in: 行政主楼照明插座 in 行政主楼 is 照明插座. */
export function nameWithin(name: string, whole: string): string {
  if (!whole || !name.toLowerCase().startsWith(whole.toLowerCase())) return name
  const rest = name.slice(whole.length).replace(/^[\s,·:-]+/, '')
  return rest ? rest.charAt(0).toUpperCase() + rest.slice(1) : name
}

export function buildingPlaces(buildings: readonly Building[], name: Name): Place[] {
  return buildings.map(({ path, ...building }) => place({ ...building, kind: 'building' }, path, name))
}

export function organisationPlaces(organisations: readonly Organisation[], name: Name): Place[] {
  const byId = new Map(organisations.map((each) => [each.id, each]))
  return organisations
    .map((each) => place(each, pathOf(each, byId), name))
    .sort((a, b) => `${a.within} ${a.name}`.localeCompare(`${b.within} ${b.name}`))
}

/** From the root down to the parent of `organisation`. */
export function pathOf(organisation: Organisation, byId: ReadonlyMap<number, Organisation>): PathStep[] {
  const path: PathStep[] = []
  let parent = byId.get(organisation.parent_id ?? -1)
  // A tree from outside may hold a loop; it ends at the first node met twice.
  while (parent && !path.some(({ id }) => id === parent?.id)) {
    path.unshift(parent)
    parent = byId.get(parent.parent_id ?? -1)
  }
  return path
}

/** Keep what contains every typed word. */
export function search(places: readonly Place[], typed: string): Place[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return places.filter((place) => words.every((word) => place.words.includes(word)))
}

function place(
  self: { id: number; kind: Place['kind']; code: string; name_zh: string; name_en: string },
  path: readonly PathStep[],
  name: Name,
): Place {
  const words = [self, ...path].map((each) => `${each.name_zh} ${each.name_en}`)
  return {
    id: self.id,
    kind: self.kind,
    name: name(self),
    within: path.map(name).join(' › '),
    words: `${self.code} ${words.join(' ')}`.toLowerCase(),
  }
}
