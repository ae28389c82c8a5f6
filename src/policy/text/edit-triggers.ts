import type { Work } from './scan.ts'

const special = /[\\^$.*+?()[\]{}|/-]/g

/**
 * Breaks the words that start runs (the trigger label, a title's prefix): a hyphen becomes one that
 * looks the same, a word without any is parted by a dot.
 */
export function editTriggers(text: string, work: Work, triggers: readonly string[]): string {
  let edited = text
  for (const trigger of triggers) {
    if (trigger.length < 2) continue
    work.looks += edited.length
    // A literal: nothing in it can backtrack.
    edited = edited.replace(new RegExp(trigger.replace(special, '\\$&'), 'gi'), (word) =>
      word.includes('-')
        ? word.replaceAll('-', '\u2011')
        : `${word.slice(0, 1)}\u00b7${word.slice(1)}`,
    )
  }
  return edited
}
