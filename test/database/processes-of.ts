import { readdirSync, readFileSync } from 'node:fs'

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended between the two looks.
    return ''
  }
}

/** Ids of running processes whose command line holds the text. */
export function processesOf(text: string, word = ''): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const line = commandLine(pid)
      return line.includes(text) && line.includes(word)
    })
    .map(Number)
}

export function keepersOf(dataDir: string): readonly number[] {
  return processesOf(dataDir, 'keeper.')
}
