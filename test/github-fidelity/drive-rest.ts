import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import type { App } from '../../src/simulation/github/state/actor.ts'
import type { Answer, Caller, TestGitHub } from '../simulated-github/start-github.ts'

/** Sends and insists on success. */
type Ask = (request: string, body?: unknown) => Promise<Answer['body']>

export const succeeding =
  (call: Caller): Ask =>
  async (request, body) => {
    const answer = await call(request, body)
    const text = JSON.stringify(answer.body)
    assert.ok(answer.status < 400, `${request}: ${answer.status} ${text}`)
    return answer.body
  }

export async function driveIssues(ask: Ask): Promise<void> {
  const labels = ['bug', { name: 'late' }]
  const one = await ask('POST issues', { title: 'One', body: 'First', labels, assignees: ['octo'] })
  const agent = { agent_assignment: { custom_instructions: 'Be brief.' } }
  const two = await ask('POST issues', { title: 'Two', ...agent })
  const three = await ask('POST issues', { title: 'Three' })
  await ask('GET issues?state=all&per_page=2&page=1&sort=created&direction=asc&labels=bug')
  await ask('GET issues?since=2020-01-01T00:00:00Z')
  await ask(`GET issues/${one.number}`)
  const at = `issues/${one.number}`
  await ask(`PATCH ${at}`, {
    title: 'Eins',
    body: null,
    state: 'closed',
    state_reason: 'completed',
  })
  await ask(`PATCH ${at}`, { state: 'open', labels: ['bug'], assignees: [], ...agent })
  const comment = await ask(`POST ${at}/comments`, { body: 'Said' })
  await ask(`GET ${at}/comments?per_page=5`)
  await ask(`GET issues/comments/${comment.id}`)
  await ask(`PATCH issues/comments/${comment.id}`, { body: 'Said better' })
  await ask(`POST ${at}/labels`, { labels: ['enhancement'] })
  await ask(`GET ${at}/labels`)
  await ask(`DELETE ${at}/labels/enhancement`)
  const assigning = {
    assignees: ['copilot-swe-agent[bot]'],
    agent_assignment: { base_branch: 'main' },
  }
  await ask(`POST ${at}/assignees`, assigning)
  await ask(`DELETE ${at}/assignees`, { assignees: ['copilot-swe-agent[bot]'] })
  for (const child of [two, three]) await ask(`POST ${at}/sub_issues`, { sub_issue_id: child.id })
  await ask(`PATCH ${at}/sub_issues/priority`, { sub_issue_id: three.id, before_id: two.id })
  await ask(`GET ${at}/sub_issues`)
  await ask(`GET issues/${two.number}/parent`)
  await ask(`DELETE ${at}/sub_issue`, { sub_issue_id: three.id })
  const blocked = `issues/${two.number}/dependencies`
  await ask(`POST ${blocked}/blocked_by`, { issue_id: three.id })
  await ask(`GET ${blocked}/blocked_by`)
  await ask(`GET issues/${three.number}/dependencies/blocking`)
  await ask(`DELETE ${blocked}/blocked_by/${three.id}`)
  await ask(`GET ${at}/timeline?per_page=100`)
  await ask(`GET issues/${two.number}/timeline`)
  await ask(`DELETE issues/comments/${comment.id}`)
}

export async function driveGit(ask: Ask): Promise<string> {
  const main = await ask('GET git/ref/heads/main')
  const { sha } = main.object
  await ask('GET git/matching-refs/heads/ma')
  const blob = await ask('POST git/blobs', { content: 'aGk=', encoding: 'base64' })
  await ask(`GET git/blobs/${blob.sha}`)
  const commit = await ask(`GET git/commits/${sha}`)
  const entry = { path: 'src/blob.txt', mode: '100644', type: 'blob', sha: blob.sha }
  const tree = await ask('POST git/trees', { base_tree: commit.tree.sha, tree: [entry] })
  await ask(`GET git/trees/${tree.sha}?recursive=1`)
  const author = { name: 'Octo', email: 'octo@example.com', date: '2026-11-21T12:00:00Z' }
  const made = { message: 'By hand', tree: tree.sha, parents: [sha], author }
  const { sha: next } = await ask('POST git/commits', made)
  await ask('POST git/refs', { ref: 'refs/heads/by/hand', sha })
  await ask('PATCH git/refs/heads/by/hand', { sha: next, force: true })
  await ask('GET git/ref/heads/by/hand')
  await ask('GET branches?per_page=10')
  await ask('GET branches/by/hand')
  await ask('GET commits?per_page=5&sha=main')
  await ask('GET commits/main')
  await ask('GET compare/main...by/hand')
  await ask('DELETE git/refs/heads/by/hand')
  const content = Buffer.from('on: pull_request\n').toString('base64')
  const path = 'contents/.github/workflows/ci.yml'
  const put = await ask(`PUT ${path}`, { message: 'CI', content, branch: 'main' })
  await ask(`GET ${path}?ref=main`)
  await ask('GET contents/.github')
  const again = { message: 'CI', content, branch: 'main', sha: put.content.sha }
  await ask(`PUT ${path}`, { ...again, content: Buffer.from('on: [push]\n').toString('base64') })
  const note = await ask('PUT contents/note.txt', { message: 'Note', content })
  await ask('DELETE contents/note.txt', { message: 'No note', sha: note.content.sha })
  return sha
}

export async function drivePulls(ask: Ask, asReviewer: Ask, asChecker: Ask): Promise<void> {
  const main = await ask('GET git/ref/heads/main')
  await ask('POST git/refs', { ref: 'refs/heads/fix', sha: main.object.sha })
  const content = Buffer.from('fixed\n').toString('base64')
  await ask('PUT contents/fix.txt', { message: 'Fix', content, branch: 'fix' })
  const opened = { title: 'Fix', body: 'Fixes #2', head: 'fix', base: 'main', draft: false }
  const { number, head } = await ask('POST pulls', opened)
  const at = `pulls/${number}`
  await ask('GET pulls?state=open&head=octo:fix&base=main&sort=created&direction=desc')
  await ask(`GET ${at}`)
  await ask(`GET ${at}`)
  await ask(`PATCH ${at}`, { title: 'Fix it', body: 'Fixes #2', state: 'open' })
  await ask(`GET ${at}/files?per_page=10`)
  await ask(`GET ${at}/commits`)
  await ask(`POST ${at}/requested_reviewers`, { reviewers: ['reviewer'] })
  await ask(`GET ${at}/requested_reviewers`)
  await ask(`DELETE ${at}/requested_reviewers`, { reviewers: ['reviewer'] })
  const comments = [{ path: 'fix.txt', line: 1, body: 'Why?' }]
  const verdict = { commit_id: head.sha, event: 'REQUEST_CHANGES', body: 'Hm', comments }
  await asReviewer(`POST ${at}/reviews`, verdict)
  await asReviewer(`POST ${at}/reviews`, { event: 'APPROVE' })
  await ask(`GET ${at}/reviews`)
  await ask(`GET ${at}/comments`)
  await ask(`GET issues/${number}/timeline`)
  const check = { name: 'ci', head_sha: head.sha, status: 'in_progress' }
  const app = await asChecker('POST check-runs', check)
  const output = { title: 'Well', summary: 'All well', text: 'Really' }
  const done = { status: 'completed', conclusion: 'success', output }
  await asChecker(`PATCH check-runs/${app.id}`, done)
  await ask(`POST statuses/${head.sha}`, { state: 'success', context: 'lint', description: 'ok' })
  await ask('GET commits/fix/check-runs?per_page=5')
  await ask('GET commits/fix/check-suites')
  await ask('GET commits/fix/status')
  const readme = { message: 'Move on', content, branch: 'main' }
  await ask('PUT contents/other.txt', readme)
  await ask(`PUT ${at}/update-branch`, { expected_head_sha: head.sha })
  const moved = await ask(`GET ${at}`)
  await ask(`PUT ${at}/merge`, { sha: moved.head.sha, merge_method: 'squash', commit_title: 'Fix' })
  await ask(`GET ${at}/merge`)
  await ask(`GET ${at}`)
}

export async function driveActions(ask: Ask, { github, repository }: TestGitHub): Promise<void> {
  const { workflows, actors } = github.state
  const content = Buffer.from('on: [workflow_dispatch]\n').toString('base64')
  await ask('PUT contents/.github/workflows/work.yml', { message: 'Work', content })
  await ask('GET actions/workflows')
  await ask('GET actions/workflows/work.yml')
  await ask('PUT actions/workflows/work.yml/disable')
  await ask('PUT actions/workflows/work.yml/enable')
  await ask('POST actions/workflows/work.yml/dispatches', { ref: 'main', inputs: { task: '1' } })
  const details = { ref: 'main', return_run_details: true }
  await ask('POST actions/workflows/work.yml/dispatches', details)
  await github.idle()
  const workflow = workflows.find(repository, 'work.yml')
  assert.ok(workflow !== undefined)
  const main = await ask('GET git/ref/heads/main')
  const at = { headBranch: 'main', headSha: main.object.sha, needsApproval: true }
  const by = { actor: actors.actionsBot, app: null, token: null }
  const start = () =>
    workflows.start(repository, { workflow, event: 'pull_request', title: 'Run', ...at }, by)
  const [one, two] = [start(), start()]
  await ask(`GET actions/runs/${one.id}`)
  await ask(`POST actions/runs/${two.id}/cancel`)
  await ask(`POST actions/runs/${two.id}/rerun`)
  await ask('GET actions/runs?per_page=5&branch=main')
  await ask('GET actions/workflows/work.yml/runs')
  await ask('POST actions/variables', { name: 'MANIPLE', value: 'on' })
  await ask('GET actions/variables')
  await ask('GET actions/variables/MANIPLE')
  await ask('PATCH actions/variables/MANIPLE', { value: 'off' })
  await ask('DELETE actions/variables/MANIPLE')
  await ask('POST dispatches', { event_type: 'go', client_payload: { a: 1 } })
  await ask(`POST actions/runs/${one.id}/approve`)
}

export async function driveHooks(ask: Ask, { github }: TestGitHub): Promise<void> {
  const config = {
    url: 'http://127.0.0.1:9/',
    content_type: 'json',
    secret: 'x',
    insecure_ssl: '0',
  }
  const wanted = { name: 'web', config, events: ['issues'], active: true }
  const { id } = await ask('POST hooks', wanted)
  await ask('GET hooks')
  await ask(`GET hooks/${id}`)
  await ask(`PATCH hooks/${id}`, { add_events: ['push'], active: true })
  await ask(`POST hooks/${id}/pings`)
  await github.idle()
  const [delivery] = await ask(`GET hooks/${id}/deliveries?per_page=10`)
  await ask(`GET hooks/${id}/deliveries/${delivery.id}`)
  await ask(`POST hooks/${id}/deliveries/${delivery.id}/attempts`)
  await github.idle()
  await ask(`DELETE hooks/${id}`)
}

export async function driveAccounts(ask: Ask): Promise<void> {
  await ask('GET /user')
  await ask('GET /users/octo')
  await ask('GET /rate_limit')
  await ask('GET /repos/octo/shop')
  await ask('GET collaborators/octo/permission')
  await ask('GET assignees')
  await ask('POST labels', { name: 'urgent', color: 'ff0000', description: 'Now' })
  await ask('GET labels?per_page=100')
  await ask('GET labels/urgent')
  await ask('PATCH labels/urgent', { new_name: 'very urgent', color: '00ff00' })
}

/** An app of the owner's, installed, and its own credential. */
export function installApp({ github, owner }: TestGitHub) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const write = 'write' as const
  const permissions = { issues: write, contents: write, pull_requests: write, checks: write }
  const { actors } = github.state
  const app = actors.createApp({ slug: 'maniple', owner, permissions, publicKey })
  const installation = actors.install(app, owner)
  return { installation, jwt: jwtOf(app, privateKey, github.clock.now()) }
}

function jwtOf({ id }: App, key: string, now: number): string {
  const seconds = Math.floor(now / 1000)
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iat: seconds - 30, exp: seconds + 540, iss: String(id) }
  const head = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`
  return `${head}.${createSign('RSA-SHA256').update(head).sign(key, 'base64url')}`
}
