import * as z from 'zod'
import type { Role } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import type { McpTool, ToolContext, ToolDefinition } from './contract.ts'
import { refuseHostile } from './refuse-hostile.ts'

const rank: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }

function checkRole(name: string, wanted: Role, { caller }: ToolContext): void {
  if (rank[caller.role] >= rank[wanted]) return
  const message = `${name} takes the role ${wanted}; the token of ${JSON.stringify(caller.user)} has ${caller.role}`
  throw new AppError('role_insufficient', message)
}

/** More problems than this are only counted: the message is read by a model that pays for it. */
const problemsShown = 5

function parseArguments<Input extends z.ZodObject>(input: Input, given: unknown): z.output<Input> {
  refuseHostile(given)
  const result = z.safeParse(input, given ?? {})
  if (result.success) return result.data
  const { issues } = result.error
  const shown = issues
    .slice(0, problemsShown)
    .map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message.slice(0, 300)}`)
  const more = issues.length > problemsShown ? [`and ${issues.length - problemsShown} more`] : []
  throw new AppError('request_invalid', [...shown, ...more].join('; '))
}

/** Tells the gate of what is refused before the tool begins; what comes later is its own matter. */
async function admitted<Input extends z.ZodObject>(
  { name, role, input }: Pick<ToolDefinition<Input, z.ZodObject>, 'name' | 'role' | 'input'>,
  given: unknown,
  context: ToolContext,
): Promise<z.output<Input>> {
  const { caller, gate } = context
  try {
    await gate.admit()
    checkRole(name, role, context)
    return parseArguments(input, given)
  } catch (error) {
    if (error instanceof AppError) {
      gate.refused({
        event: 'MCP_Call_Denied',
        actor: caller.user,
        repository: null,
        action: name,
        result: 'DENIED',
        details: { Code: error.code, Reason: error.message, Via: caller.via },
      })
    }
    throw error
  }
}

export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  definition: ToolDefinition<Input, Output>,
): McpTool {
  const { call, output } = definition
  return {
    ...definition,
    perform: async (given, context) => {
      const answer = await call(await admitted(definition, given, context), context)
      // Keeps exactly what the listed schema names: clients refuse what it does not.
      return z.parse(output, answer)
    },
  }
}
