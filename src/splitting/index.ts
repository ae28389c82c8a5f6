export { checkGraph } from './check-graph.ts'
export { type SplitOptions, splitWorkflow } from './split-workflow.ts'
