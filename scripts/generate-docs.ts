// Writes the pages of docs/ that are made from code. `--check` writes nothing and exits with 1 when
// a page is not up to date.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { referencePages } from './reference-pages.ts'

const root = new URL('../', import.meta.url)
const checkOnly = process.argv.includes('--check')

for (const page of referencePages()) {
  const path = fileURLToPath(new URL(page.path, root))
  if (checkOnly) {
    const found = await readFile(path, 'utf8').catch(() => '')
    if (found === page.text) continue
    console.error(`${page.path} is not up to date: run node scripts/generate-docs.ts`)
    process.exitCode = 1
  } else {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, page.text)
    console.log(`wrote ${page.path}`)
  }
}
