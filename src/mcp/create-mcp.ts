import { McpServer, type ServerContext } from '@modelcontextprotocol/server'
import type { Caller } from '../contracts/index.ts'
import type { CallGate } from './call-gate.ts'
import type { McpDependencies, McpTool, ReportProgress, ToolContext } from './contract.ts'
import { listedSchema } from './listed-schema.ts'
import { toolFailure } from './tool-failure.ts'
import { toolRegistry } from './tool-registry.ts'

const instructions =
  'Maniple runs many pieces of work side by side on models. Analyze first when unsure how wide to go; orchestrate; follow with maniple_run. Failures begin with a stable code.'

const oneHour = { ttlMs: 3_600_000, cacheScope: 'public' } as const

/** Made once: a server is made for each request over HTTP. */
const listedTools = toolRegistry.map((tool) => ({
  tool,
  inputSchema: listedSchema(tool.input, 'input'),
  outputSchema: listedSchema(tool.output, 'output'),
}))

function progressOf({ mcpReq }: ServerContext): ReportProgress | undefined {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return undefined
  return async ({ ended, total, message }) => {
    const params = { progressToken, progress: ended, total, message }
    await mcpReq.notify({ method: 'notifications/progress', params })
  }
}

async function perform(tool: McpTool, given: unknown, context: ToolContext) {
  try {
    const structuredContent = await tool.perform(given, context)
    // Again as text, for clients that do not read structured content.
    const text = JSON.stringify(structuredContent)
    return { content: [{ type: 'text' as const, text }], structuredContent }
  } catch (error) {
    return toolFailure(error, tool.name, context.log)
  }
}

/** Who calls, and through which gate. */
export type Asker = { readonly caller: Caller; readonly gate: CallGate }

export type McpFactory = (asker: Asker) => McpServer

/** Servers of all tools, for 2026-07-28 clients and 2025-era ones alike; each serves one caller. */
export function createMcp(deps: McpDependencies, closing: AbortSignal): McpFactory {
  return (asker) => {
    const server = new McpServer(
      { name: 'maniple', title: 'Maniple', version: deps.version },
      {
        instructions,
        capabilities: { tools: { listChanged: false } },
        // The same for every caller until the next version is installed.
        cacheHints: { 'tools/list': oneHour, 'server/discover': oneHour },
      },
    )
    for (const { tool, inputSchema, outputSchema } of listedTools) {
      const { name, description, annotations } = tool
      const config = { description, annotations, inputSchema, outputSchema }
      server.registerTool(name, config, async (given, context) => {
        const { signal } = context.mcpReq
        const progress = progressOf(context)
        return await perform(tool, given, { ...deps, ...asker, signal, closing, progress })
      })
    }
    return server
  }
}
