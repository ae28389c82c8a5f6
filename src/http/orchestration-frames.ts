import type { OrchestrationService } from '../contracts/index.ts'
import { type Follow, runFrames } from './run-frames.ts'

export type FollowOrchestration = Follow & { readonly orchestration: OrchestrationService }

/** The frames of a run's stream, and after its `end` one `result` with the whole answer. */
export async function* orchestrationFrames(
  follow: FollowOrchestration,
): AsyncGenerator<string, void, undefined> {
  yield* runFrames(follow)
  if (follow.signal.aborted) return
  const result = await follow.orchestration.result(follow.id)
  // No `id`: it is no event of the run, and a stream that is resumed brings `end` again.
  yield `event: result\ndata: ${JSON.stringify(result)}\n\n`
}
