import type { Pool } from 'pg'
import * as z from 'zod'
import { type Json, storableText } from '../../shared/index.ts'

const Answer = z.object({ etag: z.string(), body: z.custom<Json>() })

export type GitHubAnswers = {
  readonly get: (key: string) => Promise<z.infer<typeof Answer> | null>
  readonly put: (key: string, answer: z.infer<typeof Answer>) => Promise<void>
  /** Removes what was not read for so long; returns how many. */
  readonly prune: (olderThanMs: number) => Promise<number>
}

/** Answers of GitHub with their ETags, so that what has not changed is not counted. */
export function createGitHubAnswers(pool: Pool): GitHubAnswers {
  return {
    get: async (key) => {
      const { rows } = await pool.query(
        'select etag, body from maniple.github_answers where key = $1',
        [key],
      )
      return rows[0] === undefined ? null : Answer.parse(rows[0])
    },
    put: async (key, { etag, body }) => {
      await pool.query(
        `insert into maniple.github_answers (key, etag, body) values ($1, $2, $3)
         on conflict (key) do update set etag = excluded.etag, body = excluded.body, read_at = excluded.read_at`,
        [key, etag, storableText(JSON.stringify(body))],
      )
    },
    prune: async (olderThanMs) => {
      const { rowCount } = await pool.query(
        `delete from maniple.github_answers
         where read_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)`,
        [olderThanMs],
      )
      return rowCount ?? 0
    },
  }
}
