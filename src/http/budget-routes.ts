import * as z from 'zod'
import { BudgetStatus } from '../contracts/index.ts'
import { PageQuery } from './api-schemas.ts'
import type { HttpServer, RouteContext } from './http-server.ts'
import { problemResponses } from './problem.ts'

const BudgetsReply = z
  .object({
    budgets: z.array(BudgetStatus),
    next: z.string().nullable().describe('Cursor of the following page; null on the last one'),
  })
  .describe('A page of budgets')

export function budgetRoutes(server: HttpServer, { orchestration }: RouteContext): void {
  server.route({
    method: 'GET',
    url: '/api/v1/budgets',
    config: { role: 'viewer' },
    schema: {
      operationId: 'listBudgets',
      summary: 'What is left of each budget in use, and when money comes back',
      tags: ['budgets'],
      querystring: PageQuery,
      response: { 200: BudgetsReply, ...problemResponses() },
    },
    handler: async (request) => {
      const { budgets, next } = await orchestration.budgets(request.query)
      return { budgets: [...budgets], next }
    },
  })
}
