import { Refusal, refuse } from '../../state/refusal.ts'
import type { Call } from '../call.ts'

/** Throws where a path is none, or lies where only tokens that may change workflows may write. */
export function checkPaths(call: Call, paths: readonly string[]): void {
  for (const path of paths) {
    const parts = path.split('/')
    const isBad = parts.some(
      (part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git',
    )
    if (isBad || /[\0\n]/.test(path))
      throw new Refusal(422, `path contains a malformed path component: ${path}`)
    if (path.startsWith('.github/workflows/')) checkWorkflowRight(call, path)
  }
}

function checkWorkflowRight({ token }: Call, path: string): void {
  if (token.kind === 'classic') {
    if (token.scopes.includes('workflow')) return
    throw refuse.notFound()
  }
  if (token.permissions.workflows === 'write' && token.kind !== 'github_token') return
  const app = token.kind === 'fine_grained' ? 'a Personal Access Token' : 'a GitHub App'
  const what = `refusing to allow ${app} to create or update workflow \`${path}\``
  throw new Refusal(403, `${what} without \`workflows\` permission`)
}
