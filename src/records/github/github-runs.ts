import type { Pool, PoolClient } from 'pg'
import * as z from 'zod'
import { storableText } from '../../shared/index.ts'

const GitHubRun = z.object({
  run_id: z.string(),
  repository: z.string(),
  issue: z.number(),
  requested_by: z.string().nullable(),
  dashboard_hash: z.string().nullable(),
  dashboards: z.number(),
  ended: z.boolean(),
})
export type GitHubRun = z.infer<typeof GitHubRun>

const GitHubWorker = z.object({
  task: z.string(),
  issue: z.number().nullable(),
  pull: z.number().nullable(),
  status: z.string().nullable(),
  round: z.number(),
  feedback: z.string().nullable(),
})
export type GitHubWorker = z.infer<typeof GitHubWorker>

export type NewGitHubRun = {
  readonly runId: string
  readonly repository: string
  readonly issue: number
  readonly requestedBy: string | null
}

/** Fails by a unique violation when a run of that issue is open. */
export async function insertGitHubRun(
  client: PoolClient,
  { runId, repository, issue, requestedBy }: NewGitHubRun,
): Promise<void> {
  await client.query(
    `insert into maniple.github_runs (run_id, repository, issue, requested_by) values ($1, $2, $3, $4)`,
    [runId, repository, issue, requestedBy === null ? null : storableText(requestedBy)],
  )
}

export async function findGitHubRun(
  pool: Pool,
  by: { readonly runId: string } | { readonly repository: string; readonly issue: number },
): Promise<GitHubRun | null> {
  const { rows } =
    'runId' in by
      ? await pool.query('select * from maniple.github_runs where run_id = $1', [by.runId])
      : await pool.query(
          'select * from maniple.github_runs where repository = $1 and issue = $2 order by ended limit 1',
          [by.repository, by.issue],
        )
  return rows[0] === undefined ? null : GitHubRun.parse(rows[0])
}

export async function claimGitHubRuns(
  pool: Pool,
  { holder, limit, leaseMs }: { holder: string; limit: number; leaseMs: number },
): Promise<readonly GitHubRun[]> {
  const { rows } = await pool.query('select * from maniple.claim_github_runs($1, $2, $3)', [
    ...[holder, limit, leaseMs],
  ])
  return z.array(GitHubRun).parse(rows)
}

export type GitHubRunLooked = {
  readonly dashboardHash: string | null
  readonly dashboards: number
  readonly ended: boolean
  readonly lookInMs: number
  /** As it was claimed with: tells since when it is looked at. */
  readonly leaseMs: number
}

/** What happened while it was looked at has it looked at again at once. False when somebody else has taken it over meanwhile. */
export async function releaseGitHubRun(
  pool: Pool,
  { runId, holder }: { readonly runId: string; readonly holder: string },
  { dashboardHash, dashboards, ended, lookInMs, leaseMs }: GitHubRunLooked,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update maniple.github_runs set dashboard_hash = $3, dashboards = $4, ended = $5,
       look_at = least(
         case when look_at > lease_until - make_interval(secs => $7::float8 / 1000) then look_at end,
         clock_timestamp() + make_interval(secs => $6::float8 / 1000)),
       holder = null, lease_until = null
     where run_id = $1 and holder = $2`,
    [runId, holder, dashboardHash, dashboards, ended, lookInMs, leaseMs],
  )
  return (rowCount ?? 0) > 0
}

/** Something happened to an issue or pull request: the runs it belongs to are looked at soon. */
export async function wakeGitHubRuns(
  pool: Pool,
  { repository, numbers }: { readonly repository: string; readonly numbers: readonly number[] },
): Promise<number> {
  const { rowCount } = await pool.query(
    `update maniple.github_runs g set look_at = clock_timestamp()
     where repository = $1 and not ended and (issue = any ($2::int[]) or exists (
       select from maniple.github_workers w where w.run_id = g.run_id
         and (w.issue = any ($2::int[]) or w.pull = any ($2::int[]))))`,
    [repository, numbers],
  )
  return rowCount ?? 0
}

/** The run is looked at soon, where it is one of GitHub's that has not ended. */
export async function wakeGitHubRun(client: PoolClient, runId: string): Promise<void> {
  await client.query(
    'update maniple.github_runs set look_at = clock_timestamp() where run_id = $1 and not ended',
    [runId],
  )
}

export async function readGitHubWorkers(
  pool: Pool,
  runId: string,
): Promise<ReadonlyMap<string, GitHubWorker>> {
  const { rows } = await pool.query(
    'select task, issue, pull, status, round, feedback from maniple.github_workers where run_id = $1',
    [runId],
  )
  const workers = z.array(GitHubWorker).parse(rows)
  return new Map(workers.map((worker) => [worker.task, worker]))
}

/** Writes what is given; the rest stays. */
export async function noteGitHubWorker(
  pool: Pool,
  { runId, task }: { readonly runId: string; readonly task: string },
  facts: Partial<Omit<GitHubWorker, 'task'>>,
): Promise<void> {
  const { issue = null, pull = null, status = null, round = null, feedback } = facts
  await pool.query(
    `insert into maniple.github_workers as w (run_id, task, issue, pull, status, round, feedback)
     values ($1, $2, $3, $4, $5, coalesce($6, 0), $7)
     on conflict (run_id, task) do update set
       issue = coalesce(excluded.issue, w.issue), pull = coalesce(excluded.pull, w.pull),
       status = coalesce(excluded.status, w.status), round = coalesce($6, w.round),
       feedback = case when $8 then excluded.feedback else w.feedback end`,
    [
      ...[runId, task, issue, pull, status, round],
      ...[feedback == null ? null : storableText(feedback), feedback !== undefined],
    ],
  )
}

/** The secret that signs markers, the same for every process on this database. */
export async function readMarkerSecret(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ secret: string }>(
    'select marker_secret as secret from maniple.installation',
  )
  if (rows[0] === undefined) throw new Error('the row of the installation is gone')
  return rows[0].secret
}
