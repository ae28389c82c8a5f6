type CatalogueEntry = {
  readonly httpStatus: number
  readonly isRetryable: boolean
  /** One line for docs/errors.md: when it happens and what to do. */
  readonly meaning: string
}

const entry = (httpStatus: number, isRetryable: boolean, meaning: string): CatalogueEntry => ({
  httpStatus,
  isRetryable,
  meaning,
})

/** Every error code there is. `docs/errors.md` is generated from it and a test keeps them equal. */
export const errorCatalogue = {
  agent_failed: entry(
    500,
    true,
    'The agent ended with an error. Its message and last output are on the attempt.',
  ),
  agent_unknown: entry(
    422,
    false,
    'No agent of that name is configured. The message lists those that are.',
  ),
  audit_broken: entry(
    500,
    false,
    'The audit does not verify: a record was changed or is missing. The message names the first.',
  ),
  budget_exhausted: entry(
    402,
    false,
    'A budget that does not renew itself is used up. Raise it, then retry the run.',
  ),
  cancelled: entry(409, false, 'The run or task was cancelled before it ended.'),
  check_failed: entry(500, false, 'The check command failed on the combined tree.'),
  config_invalid: entry(
    500,
    false,
    'The configuration has problems. All of them are listed at once.',
  ),
  database_edited: entry(
    503,
    false,
    'A migration file was changed after it was applied. Restore it and add a new one.',
  ),
  database_in_use: entry(
    503,
    false,
    'Something that is not ours holds the data directory or its port.',
  ),
  database_newer: entry(503, false, 'The data was written by a newer Maniple. Upgrade this one.'),
  database_older: entry(
    503,
    false,
    'The data was written by an older PostgreSQL. Dump it with the older Maniple and restore it.',
  ),
  database_unavailable: entry(
    503,
    true,
    'The database cannot be reached. Maniple keeps trying; nothing accepted is lost.',
  ),
  database_unreachable_path: entry(
    503,
    false,
    'The database server may not enter the data directory. The message names the path and the remedy.',
  ),
  disk_full: entry(507, true, 'The disk is full or read-only. Free space, then start again.'),
  effect_denied: entry(
    403,
    false,
    'The gate does not allow that change. The reasons are in the message and in the audit.',
  ),
  effect_not_waiting: entry(
    409,
    false,
    'That change does not wait for a decision: it was performed, denied, or is under way.',
  ),
  effect_unknown: entry(
    502,
    false,
    'Nobody can tell whether the change happened. Look, then approve it again or deny it.',
  ),
  forbidden: entry(403, false, 'Who asks may not do that here. The message says what it takes.'),
  gate_paused: entry(
    503,
    true,
    'The gate is paused: nothing outside is changed until it is resumed.',
  ),
  git_failed: entry(500, true, 'A git command of Maniple failed. The message has git’s own words.'),
  git_missing: entry(503, false, 'Git is not installed, or too old. Install git 2.30 or newer.'),
  github_auth: entry(
    502,
    false,
    'GitHub refuses the token, or it may not do that. The message names the permission.',
  ),
  github_conflict: entry(
    409,
    false,
    'What was decided on has changed on GitHub meanwhile: another head commit, a conflict.',
  ),
  github_limited: entry(
    503,
    true,
    'A rate limit of GitHub was reached; the call was not made or not accepted.',
  ),
  github_missing: entry(404, false, 'GitHub knows no such thing, or the token may not see it.'),
  github_refused: entry(422, false, 'GitHub refused the request as it is; the message is its own.'),
  github_unavailable: entry(
    503,
    false,
    'A feature of GitHub needs a credential or a setting that is not there. The message names it.',
  ),
  github_unclear: entry(
    502,
    true,
    'GitHub did not answer, or with an error of its own: whether the call took effect is not known.',
  ),
  host_not_allowed: entry(
    403,
    false,
    'The Host header names another machine than the one Maniple listens on. Use 127.0.0.1 or localhost.',
  ),
  idempotency_conflict: entry(
    409,
    false,
    'The same Idempotency-Key came with another request before.',
  ),
  input_invalid: entry(422, false, 'The input is malformed. The message names the place.'),
  input_too_large: entry(413, false, 'The input is larger than the limit the message names.'),
  internal: entry(500, false, 'A fault in Maniple. The log has the details under the request id.'),
  lineage_too_deep: entry(
    409,
    false,
    'Runs that cause runs reached the depth limit: most likely a loop. See loop.maxDepth.',
  ),
  loop_stopped: entry(
    409,
    false,
    'A chain of runs and what they caused has gone on for too long: most likely a loop.',
  ),
  media_type_unsupported: entry(
    415,
    false,
    'The body is of another media type. Send JSON with Content-Type: application/json.',
  ),
  merge_conflict: entry(
    409,
    false,
    'Two tasks changed the same lines. The message names the tasks and the files.',
  ),
  method_not_allowed: entry(
    405,
    false,
    'The path exists, but not with that method. The Allow header lists those it has.',
  ),
  model_auth: entry(
    502,
    false,
    'The model provider refused the key, or does not know the model or the address.',
  ),
  model_failed: entry(502, true, 'The model provider failed. Maniple tries again with back-off.'),
  model_gone: entry(
    502,
    false,
    'The provider retired the model or the address (410). Configure another one.',
  ),
  model_output_invalid: entry(
    502,
    true,
    'The model’s answer did not fit its schema, not even after it was asked to repair it.',
  ),
  model_rate_limited: entry(
    429,
    true,
    'The model provider asked us to slow down. Maniple waits as long as it was told.',
  ),
  not_found: entry(404, false, 'There is no such thing under that id.'),
  origin_not_allowed: entry(
    403,
    false,
    'A web page of another origin sent the request. Only pages of this server may.',
  ),
  output_unstorable: entry(
    500,
    false,
    'The output holds text that PostgreSQL cannot store (a NUL or half a character).',
  ),
  pilot_not_possible: entry(
    409,
    false,
    'The pilot is not in a state that allows this. The message says what is possible.',
  ),
  port_taken: entry(
    503,
    false,
    'Another program listens on that port. Choose another with --port.',
  ),
  price_unknown: entry(
    422,
    false,
    'Nobody knows what the model costs, and a budget in dollars applies. Give its price.',
  ),
  repository_invalid: entry(
    422,
    false,
    'The path is no git repository, or has no commit to start from.',
  ),
  repository_not_allowed: entry(
    403,
    false,
    'The repository is not on the allow-list, guard.repositories.',
  ),
  request_invalid: entry(
    400,
    false,
    'The request does not fit the OpenAPI description. Each problem is listed.',
  ),
  retry_not_possible: entry(
    409,
    false,
    'The run cannot be retried as asked. The message says what to do instead.',
  ),
  role_insufficient: entry(
    403,
    false,
    'The token’s role does not allow this. The message names the role it takes.',
  ),
  runtime_too_old: entry(500, false, 'Maniple needs Node 24 or newer.'),
  shutting_down: entry(
    503,
    true,
    'The server is stopping. Repeat the request; nothing accepted is lost.',
  ),
  signature_invalid: entry(
    401,
    false,
    'A webhook delivery is not signed with the secret that is configured here.',
  ),
  split_cycle: entry(
    422,
    false,
    'The dependencies form a cycle. The message names every task in it.',
  ),
  split_duplicate_id: entry(
    422,
    false,
    'Two nodes or tasks share an id. The message names it and both places.',
  ),
  split_unknown_dependency: entry(422, false, 'A dependency names something that does not exist.'),
  task_timeout: entry(504, true, 'The task took longer than its time-out.'),
  token_invalid: entry(
    401,
    false,
    'The API token is unknown, revoked or expired. Create one with `maniple token create`.',
  ),
  token_missing: entry(
    401,
    false,
    'The server listens beyond this machine and wants Authorization: Bearer with an API token.',
  ),
  too_many_requests: entry(
    429,
    true,
    'The caller sends more requests than guard.requestsPerMinute allows. Retry-After says when to go on.',
  ),
  usage_invalid: entry(400, false, 'The command line has a mistake. The message names it.'),
  user_not_eligible: entry(
    403,
    false,
    'The caller is not among the users that guard.users admits.',
  ),
  worker_lost: entry(500, false, 'Three workers in a row were lost while performing the task.'),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errorCatalogue
