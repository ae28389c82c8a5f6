import type { Repository } from '../state/entities.ts'
import type { Node } from '../state/state-core.ts'

/** Where a node belongs; null: nowhere in particular. */
export function repositoryOf(node: Node): Repository | null {
  switch (node.type) {
    case 'Repository':
      return node.value
    case 'Issue':
    case 'Label':
      return node.value.repository
    case 'Comment':
    case 'Review':
    case 'ReviewComment':
      return node.value.issue.repository
    case 'CheckRun':
      return node.value.suite.repository
    case 'CheckSuite':
      return node.value.repository
    case 'Actor':
    case 'App':
      return null
  }
}
