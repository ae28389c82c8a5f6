import type { McpTool } from './contract.ts'
import { analyzeTool } from './tools/analyze.ts'
import { cancelTool } from './tools/cancel.ts'
import { orchestrateTool } from './tools/orchestrate.ts'
import { pilotTool } from './tools/pilot.ts'
import { runTool } from './tools/run.ts'

/** Every tool there is: a file and a line here make one more. */
export const toolRegistry: readonly McpTool[] = [
  orchestrateTool,
  analyzeTool,
  pilotTool,
  runTool,
  cancelTool,
]
