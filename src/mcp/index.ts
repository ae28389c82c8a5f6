export type { CallGate } from './call-gate.ts'
export type { McpDependencies } from './contract.ts'
export { type McpHandler, mcpHandler } from './mcp-handler.ts'
export { type StdioDependencies, type StdioStreams, serveMcpStdio } from './serve-stdio.ts'
