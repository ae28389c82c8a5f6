type Workflow = { nodes: { id: string; type: 'agent' }[] }

/** A workflow of one task for each id, none of which waits for another. */
export const workflowOf = (...ids: string[]): Workflow => ({
  nodes: ids.map((id) => ({ id, type: 'agent' })),
})

/** `count` tasks: t0, t1… */
export const workflowOfWidth = (count: number): Workflow =>
  workflowOf(...Array.from({ length: count }, (_, index) => `t${index}`))
