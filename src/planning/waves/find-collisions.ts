import type { Claim } from './read-claim.ts'

/** Tasks that write in the same place. */
export type Collision = {
  /** The path, glob or component as the first of them gave it. */
  readonly over: string
  /** Each two of these collide. */
  readonly tasks: readonly string[]
  /** Each of these collides with each of `tasks`, in something below it. */
  readonly inside: readonly string[]
}

type Place = { readonly over: string; readonly tasks: Set<string>; readonly inside: Set<string> }

type Folder = Map<string, Place>

/**
 * Places that more than one task claims, in the order in which they are first claimed. As groups, not
 * pairs: a thousand tasks on one file are half a million pairs but one group.
 */
export function findCollisions(
  claims: ReadonlyMap<string, readonly Claim[]>,
): readonly Collision[] {
  const folders = new Map<string, Folder>()
  for (const [task, own] of claims) {
    for (const claim of own) placeOf(folders, claim).tasks.add(task)
  }
  for (const [task, own] of claims) {
    for (const claim of own) {
      for (const place of placesAround(folders, claim)) {
        if (!place.tasks.has(task)) place.inside.add(task)
      }
    }
  }
  return [...folders.values()]
    .flatMap((folder) => [...folder.values()])
    .filter(({ tasks, inside }) => tasks.size + inside.size > 1)
    .map(({ over, tasks, inside }) => ({ over, tasks: [...tasks], inside: [...inside] }))
}

const kindOf = ({ isWhole, extension }: Claim) => (isWhole ? `whole ${extension ?? '*'}` : 'file')

function placeOf(folders: Map<string, Folder>, claim: Claim): Place {
  const key = claim.segments.join('/')
  const folder = folders.get(key) ?? new Map<string, Place>()
  folders.set(key, folder)
  const kind = kindOf(claim)
  const place = folder.get(kind) ?? { over: claim.text, tasks: new Set(), inside: new Set() }
  folder.set(kind, place)
  return place
}

/** Claims of whole folders that this one lies in; of two at one folder the narrower lies in the wider. */
function* placesAround(folders: ReadonlyMap<string, Folder>, claim: Claim): Generator<Place> {
  const { segments, isWhole, extension } = claim
  const wider = extension === null ? [] : ['whole *', ...(isWhole ? [] : [`whole ${extension}`])]
  for (let depth = 0; depth <= segments.length; depth++) {
    const folder = folders.get(segments.slice(0, depth).join('/'))
    if (folder === undefined) continue
    const kinds = depth === segments.length ? wider : ancestorKinds(folder, extension)
    for (const kind of kinds) {
      const place = folder.get(kind)
      if (place !== undefined) yield place
    }
  }
}

const ancestorKinds = (folder: Folder, extension: string | null) =>
  extension === null
    ? [...folder.keys()].filter((kind) => kind !== 'file')
    : ['whole *', `whole ${extension}`]
