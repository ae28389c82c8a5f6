import * as z from 'zod'
import { WorkloadRequest } from '../contracts/index.ts'

const { dependsOn, ...others } = WorkloadRequest.shape

/** A workload as tools take it: the contract's own fields, in the names that tools use. */
export const WorkloadArgument = z.strictObject({
  ...others,
  id: others.id.describe('For depends_on; default w1, w2, …'),
  type: others.type.describe(
    'code_generation, code_review, documentation, issue_management, security_scanning or other',
  ),
  complexity: others.complexity.describe('Default: judged from content'),
  depends_on: dependsOn,
})

export const toWorkload = ({
  depends_on,
  ...rest
}: z.output<typeof WorkloadArgument>): WorkloadRequest => ({ ...rest, dependsOn: depends_on })
