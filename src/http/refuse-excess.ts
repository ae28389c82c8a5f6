import type { FastifyRequest } from 'fastify'
import { RequestInvalid, type RequestProblem } from './request-invalid.ts'

const mostFields = 100
const mostWrong = 1000
const longestId = 60

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const tooManyFields = (value: unknown, path: string): RequestProblem[] => {
  const count = isFields(value) ? Object.keys(value).length : 0
  return count > mostFields ? [{ path, message: `has ${count} fields, most of them unknown` }] : []
}

function wrongDependencies(workload: unknown, path: string, room: number): RequestProblem[] {
  const list: unknown = isFields(workload) ? workload.dependsOn : undefined
  if (!Array.isArray(list)) return []
  const wrong: RequestProblem[] = []
  for (const [index, id] of list.entries()) {
    if (typeof id === 'string' && id.length <= longestId) continue
    const message = `no id of a workload: a text of at most ${longestId} characters`
    if (wrong.push({ path: `${path}.dependsOn.${index}`, message }) >= room) break
  }
  return wrong
}

/** What is wrong with a body so often that listing all of it would be the real harm. */
function findExcess(body: unknown): readonly RequestProblem[] {
  const whole = tooManyFields(body, 'body')
  const workloads: unknown = isFields(body) ? body.workloads : undefined
  if (whole.length > 0 || !Array.isArray(workloads)) return whole
  const wrong: RequestProblem[] = []
  for (const [index, workload] of workloads.entries()) {
    const path = `body.workloads.${index}`
    const fields = tooManyFields(workload, path)
    if (fields.length > 0) return fields
    wrong.push(...wrongDependencies(workload, path, mostWrong - wrong.length))
    if (wrong.length >= mostWrong) return wrong
  }
  return []
}

/**
 * For bodies with workloads, before the schema. Zod gathers every problem before it answers: a body
 * of 5 MB that was wrong in two million places took it 10 s and 2.4 GB, in which nothing else was
 * served.
 */
export async function refuseExcess(request: FastifyRequest): Promise<void> {
  const excess = findExcess(request.body)
  if (excess.length > 0) throw new RequestInvalid(excess)
}
