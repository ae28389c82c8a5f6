export type { McpDependencies } from './contract.ts'
export { type McpHandler, mcpHandler } from './mcp-handler.ts'
export { type StdioStreams, serveMcpStdio } from './serve-stdio.ts'
