/** A workflow of `layers` × `width` tasks; each but the first layer's waits for two of the layer before. */
export function layeredWorkflow(layers: number, width: number) {
  const tasks = Array.from({ length: layers * width }, (_, index) => {
    const layer = Math.floor(index / width)
    const above = (offset: number) => `t${(layer - 1) * width + ((index + offset) % width)}`
    return {
      id: `t${index}`,
      task: `Task ${index} of layer ${layer}`,
      dependencies: layer === 0 ? [] : [above(0), above(1)],
    }
  })
  return { nodes: [{ id: 'layers', type: 'parallel', config: { tasks } }] }
}
