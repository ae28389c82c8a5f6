import type { EffectMarker } from '../../contracts/index.ts'
import type { GitHubClient } from '../github-client.ts'
import type { RepositoryFacts } from './repository-facts.ts'

/** Signs what Maniple writes on GitHub, and recognises it; `policy/` knows how. */
export type MarkerSigner = {
  /** A hidden comment to be put at the end of a text. */
  readonly compose: (marker: EffectMarker, place: MarkerPlace) => string
  /** The genuine ones of that place; forged, foreign and broken ones are not among them. */
  readonly read: (text: string, place: MarkerPlace) => readonly EffectMarker[]
}

export type MarkerPlace = {
  readonly repository: string
  /** Such as `issue.create`: what was marked with it. */
  readonly purpose: string
  /** The issue or pull request it was written on; null where writing it made a new one. */
  readonly number: number | null
}

export type PerformerParts = {
  readonly client: GitHubClient
  readonly markers: MarkerSigner
  readonly facts: RepositoryFacts
}

/** The text with the marker that the next look finds it by. */
export function stamped(
  { markers }: PerformerParts,
  text: string,
  about: { readonly marker: EffectMarker; readonly place: MarkerPlace },
): string {
  const stamp = markers.compose(about.marker, about.place)
  return text === '' ? stamp : `${text}\n\n${stamp}`
}

/** Whether a text was written by us for that very request. */
export function isOurs(
  { markers }: PerformerParts,
  text: string | null | undefined,
  about: { readonly marker: EffectMarker; readonly place: MarkerPlace },
): boolean {
  return markers.read(text ?? '', about.place).some(({ key }) => key === about.marker.key)
}
