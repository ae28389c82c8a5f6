import { GraphqlFailure } from './graphql-failure.ts'

export type Page = {
  readonly first?: number | null
  readonly last?: number | null
  readonly after?: string | null
  readonly before?: string | null
}

/** A place in an ordered list that outlives changes of the list: by key, then by id. */
type Place = readonly [key: number, id: number]

export type Ordered<Item> = {
  readonly items: readonly Item[]
  readonly placeOf: (item: Item, index: number) => Place
  readonly descending?: boolean
}

export type Connection = {
  readonly totalCount: number
  readonly nodes: readonly unknown[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/**
 * One page. A cursor names a place, not a count: what is added or moved while somebody pages neither
 * repeats nor hides what stays behind it, as on GitHub.
 */
export function connect<Item>(
  { items, placeOf, descending = false }: Ordered<Item>,
  page: Page,
  show: (item: Item) => unknown,
): Connection {
  const order = descending ? -1 : 1
  const placed = items
    .map((item, index) => ({ item, place: placeOf(item, index) }))
    .sort((one, other) => order * comparePlaces(one.place, other.place))
  const after = page.after == null ? null : readCursor(page.after)
  const before = page.before == null ? null : readCursor(page.before)
  const between = placed.filter(
    ({ place }) =>
      (after === null || order * comparePlaces(place, after) > 0) &&
      (before === null || order * comparePlaces(place, before) < 0),
  )
  const taken = take(between, page)
  const [start, end] = [taken.at(0), taken.at(-1)]
  return {
    totalCount: placed.length,
    nodes: taken.map(({ item }) => show(item)),
    pageInfo: {
      hasNextPage: end !== undefined && end !== (page.first == null ? placed : between).at(-1),
      hasPreviousPage:
        start !== undefined && start !== (page.last == null ? placed : between).at(0),
      startCursor: start === undefined ? null : writeCursor(start.place),
      endCursor: end === undefined ? null : writeCursor(end.place),
    },
  }
}

/** In the order in which they are kept. */
export const connectList = <Item>(
  items: readonly Item[],
  page: Page,
  show: (item: Item) => unknown,
): Connection => connect({ items, placeOf: (_, index) => [index, 0] }, page, show)

function take<Entry>(entries: readonly Entry[], { first, last }: Page): readonly Entry[] {
  if (first != null) return entries.slice(0, first)
  return last == null || last === 0 ? [] : entries.slice(-last)
}

const comparePlaces = (one: Place, other: Place): number => one[0] - other[0] || one[1] - other[1]

const writeCursor = ([key, id]: Place): string =>
  Buffer.from(`cursor:v2:${key}:${id}`).toString('base64')

function readCursor(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64').toString('utf8')
  const found = /^cursor:v2:(-?\d+(?:\.\d+)?):(\d+)$/.exec(text)
  if (found === null) {
    throw new GraphqlFailure('UNPROCESSABLE', `\`${cursor}\` does not appear to be a valid cursor.`)
  }
  return [Number(found[1]), Number(found[2])]
}
