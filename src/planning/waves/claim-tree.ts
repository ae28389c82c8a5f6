import { NextFree } from './next-free.ts'
import type { Claim } from './read-claim.ts'

/**
 * `any`: waves of all claims at or below a folder. `whole`: waves of those that claim all below it.
 * Kept for each extension, for claims of no extension (`*`), and for all together (`all`).
 */
class ClaimNode {
  readonly children = new Map<string, ClaimNode>()
  readonly #taken = new Map<string, NextFree>()

  taken(kind: 'any' | 'whole', extension: string): NextFree | undefined {
    return this.#taken.get(`${kind}:${extension}`)
  }

  take(kind: 'any' | 'whole', extension: string, wave: number): void {
    for (const key of [`${kind}:${extension}`, `${kind}:all`]) {
      const waves = this.#taken.get(key) ?? new NextFree()
      this.#taken.set(key, waves)
      waves.take(wave)
    }
  }
}

/**
 * Who claims what, as a tree of folders in which each place knows the waves taken there. So a task
 * is compared with places, as many as its paths are deep, and never with other tasks.
 */
export class ClaimTree {
  readonly #root = new ClaimNode()
  #looks = 0

  get looks(): number {
    return this.#looks
  }

  /** The first wave from `wave` on in which nothing else claims any of these. */
  firstFree(claims: readonly Claim[], wave: number): number {
    const places = claims.flatMap((claim) => this.#placesOf(claim))
    let free = wave
    for (let settled = 0; settled < places.length; ) {
      settled = 0
      for (const place of places) {
        this.#looks++
        const next = place.from(free)
        if (next === free) settled++
        free = next
      }
    }
    return free
  }

  take(claims: readonly Claim[], wave: number): void {
    for (const { segments, isWhole, extension } of claims) {
      const kind = extension ?? '*'
      let node = this.#root
      node.take('any', kind, wave)
      for (const segment of segments) {
        this.#looks++
        const child = node.children.get(segment) ?? new ClaimNode()
        node.children.set(segment, child)
        node = child
        node.take('any', kind, wave)
      }
      if (isWhole) node.take('whole', kind, wave)
    }
  }

  /** The waves of everything that a claim collides with. */
  #placesOf({ segments, extension }: Claim): readonly NextFree[] {
    const kinds = extension === null ? ['all'] : [extension, '*']
    const places: (NextFree | undefined)[] = []
    let node: ClaimNode | undefined = this.#root
    for (const segment of segments) {
      this.#looks++
      for (const kind of kinds) places.push(node.taken('whole', kind))
      node = node.children.get(segment)
      if (node === undefined) break
    }
    for (const kind of node === undefined ? [] : kinds) places.push(node?.taken('any', kind))
    return places.filter((place) => place !== undefined)
  }
}
