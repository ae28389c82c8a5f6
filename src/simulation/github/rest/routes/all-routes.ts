import { type CompiledRoute, compile, type Route } from '../route.ts'
import { accountRoutes } from './account-routes.ts'
import { actionRoutes } from './action-routes.ts'
import { checkRoutes } from './check-routes.ts'
import { commitRoutes } from './commit-routes.ts'
import { contentsRoutes } from './contents-routes.ts'
import { gitRoutes } from './git-routes.ts'
import { hookRoutes } from './hook-routes.ts'
import { issueLinkRoutes } from './issue-link-routes.ts'
import { issuePartRoutes } from './issue-part-routes.ts'
import { issueRoutes } from './issue-routes.ts'
import { pullRoutes } from './pull-routes.ts'
import { repositoryRoutes } from './repository-routes.ts'
import { reviewRoutes } from './review-routes.ts'

/** In this order: what may span slashes comes behind what ends in a word of its own. */
const routes: readonly Route[] = [
  ...issueRoutes,
  ...issuePartRoutes,
  ...issueLinkRoutes,
  ...pullRoutes,
  ...reviewRoutes,
  ...checkRoutes,
  ...gitRoutes,
  ...contentsRoutes,
  ...commitRoutes,
  ...actionRoutes,
  ...hookRoutes,
  ...repositoryRoutes,
  ...accountRoutes,
]

export const allRoutes: readonly CompiledRoute[] = routes.map(compile)
