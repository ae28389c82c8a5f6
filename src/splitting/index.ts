export { type SplitOptions, splitWorkflow } from './split-workflow.ts'
