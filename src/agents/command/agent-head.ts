import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/index.ts'

const objectName = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/u
const refName = /^refs\/[^\0\n~^:?*[\\]+$/u

/**
 * The commit that HEAD names in an agent's `.git`, read from its files: git itself is not run on a
 * folder that an agent could configure. Null when HEAD names a branch without a commit.
 * Throws `agent_failed` when the folder is gone or broken.
 */
export async function readAgentHead(gitDirectory: string): Promise<string | null> {
  const folder = await lstat(gitDirectory).catch(() => null)
  const objects = await lstat(join(gitDirectory, 'objects')).catch(() => null)
  if (!folder?.isDirectory() || !objects?.isDirectory()) {
    throw broken('it removed or replaced .git')
  }
  const head = await readText(join(gitDirectory, 'HEAD'))
  if (head === null) throw broken('HEAD is gone')
  if (objectName.test(head)) return head
  const ref = /^ref: *(.*)$/u.exec(head)?.[1] ?? ''
  if (!refName.test(ref) || ref.split('/').includes('..')) throw broken('HEAD is not readable')
  const loose = await readText(join(gitDirectory, ref))
  if (loose !== null) return checked(loose, ref)
  const packed = (await readText(join(gitDirectory, 'packed-refs'))) ?? ''
  const line = packed.split('\n').find((candidate) => candidate.endsWith(` ${ref}`))
  return line === undefined ? null : checked(line.slice(0, -ref.length - 1), ref)
}

function checked(value: string, ref: string): string {
  if (!objectName.test(value)) throw broken(`${ref} is not readable`)
  return value
}

async function readText(path: string): Promise<string | null> {
  // Neither a symbolic link nor a pipe that nobody writes to.
  const found = await lstat(path).catch(() => null)
  if (!found?.isFile()) return null
  return (await readFile(path, 'utf8')).trim()
}

function broken(what: string): AppError {
  const message = `The agent broke its clone (${what}): nothing was published. Let it leave .git alone`
  return new AppError('agent_failed', message)
}
