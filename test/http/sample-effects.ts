import type pg from 'pg'
import type { Effect, EffectOrigin } from '../../src/contracts/index.ts'
import { withTransaction } from '../../src/database/index.ts'
import { insertEffect } from '../../src/records/index.ts'

const sampleEffect: Effect = {
  ...{ type: 'issue.comment', repository: 'octo/shop', number: 7 },
  body: 'Done.',
}

/** Effects of those ids that wait for a person. */
export async function storeEffects(pool: pg.Pool, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const origin: EffectOrigin = {
      ...{ run: 'run-1', task: 'cart', root: 'run-1', depth: 0, user: 'ada' },
      taint: 'model',
    }
    await withTransaction(pool, (client) =>
      insertEffect(client, {
        ...{ id, key: `run-1/cart/${id}`, effect: sampleEffect, origin, state: 'asked' },
        reasons: ["issue.comment needs a person's word."],
      }),
    )
  }
}
