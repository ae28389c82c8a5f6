import type { Mergeability } from '../git/pull-operations.ts'
import { byToken } from '../state/actors.ts'
import type { PullIssue } from '../state/pulls.ts'
import type { GraphqlPort, GraphqlReply, World } from '../world.ts'
import { readOperation } from './read-operation.ts'
import { runOperation } from './run-operation.ts'

export type GraphqlOptions = {
  /** A fault: whether the next query takes longer than GitHub lets it. */
  readonly timesOut?: () => boolean
}

/** After so many simulated milliseconds GitHub gives a query up. */
const longestQuery = 10_000

const timedOut: GraphqlReply = {
  status: 502,
  body: {
    data: null,
    errors: [
      {
        message:
          'Something went wrong while executing your query. This may be the result of a timeout, ' +
          'or it could be a GitHub bug. Please include `SIMU:0000` when reporting this issue.',
      },
    ],
  },
}

/** `POST /graphql` over the state: read, priced, paid for, run. */
export function createGraphql(world: World, options: GraphqlOptions = {}): GraphqlPort {
  const mergeability = lazyMergeability(world)
  return async ({ body, token, spend }) => {
    const read = readOperation(body)
    if ('errors' in read) return { status: 200, body: { errors: read.errors } }
    const { operation } = read
    const { measure, isMutation, creations, isDry } = operation
    const points = isDry ? 0 : measure.cost
    const { refusal, limit, remaining, used, resetAt } = spend({ points, isMutation, creations })
    if (refusal !== null) return { status: 200, body: { errors: [refusal] } }
    if (options.timesOut?.() === true) {
      await world.clock.sleep(longestQuery)
      return timedOut
    }
    const answer = await runOperation(operation, {
      ...{ world, state: world.state, token, by: byToken(token), mergeability },
      rate: { cost: measure.cost, nodeCount: measure.nodeCount, limit, remaining, used, resetAt },
    })
    return { status: 200, body: answer }
  }
}

/**
 * GitHub reckons mergeability when it is asked for, and says UNKNOWN until it has it. One at a time:
 * a snapshot of a hundred pull requests is not to start a hundred processes.
 */
function lazyMergeability({ pulls, staleMergeable }: World): (pull: PullIssue) => Mergeability {
  const asked = new Set<PullIssue>()
  let turn: Promise<void> = Promise.resolve()
  return (pull) => {
    const known = pulls.knownMergeability(pull)
    if (known === 'UNKNOWN' && pull.state === 'open' && !asked.has(pull)) {
      asked.add(pull)
      turn = turn.then(async () => {
        asked.delete(pull)
        // What git cannot tell now stays UNKNOWN: whoever comes again asks it again.
        await pulls.mergeability(pull).catch(() => undefined)
      })
    }
    return staleMergeable() ? 'UNKNOWN' : known
  }
}
