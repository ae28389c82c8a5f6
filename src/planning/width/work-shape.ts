import type { WidthWork } from './width-facts.ts'

/** How long a graph of tasks takes with so many slots. Times in milliseconds. */
export type WorkShape = {
  readonly tasks: number
  /** How many can run side by side. */
  readonly widest: number
  readonly meanMs: number
  /** Of a task that can begin at once, and of one that ends last. */
  readonly firstMs: number
  readonly lastMs: number
  readonly workMs: (slots: number) => number
}

const minuteMs = 60_000

export function shapeOf({ layers: all }: Pick<WidthWork, 'layers'>): WorkShape {
  const layers = all.filter(({ tasks }) => tasks > 0)
  const { tasks, meanMs } = sumOf(layers)
  return {
    tasks,
    meanMs,
    widest: Math.max(0, ...layers.map((layer) => layer.tasks)),
    firstMs: (layers[0]?.minutes ?? 0) * minuteMs,
    lastMs: (layers.at(-1)?.minutes ?? 0) * minuteMs,
    workMs: (slots) =>
      slots < 1
        ? Number.POSITIVE_INFINITY
        : layers.reduce((sum, one) => sum + Math.ceil(one.tasks / slots) * one.minutes, 0) *
          minuteMs,
  }
}

/** The same tasks as if none had to wait for another. Never takes longer than the graph. */
export function shapeWithoutGraph({ layers }: Pick<WidthWork, 'layers'>): WorkShape {
  const { tasks, meanMs, workMs } = shapeOf({ layers })
  const least = Math.min(
    ...layers.filter((one) => one.tasks > 0).map((one) => one.minutes * minuteMs),
  )
  const leastMs = tasks === 0 ? 0 : least
  return {
    tasks,
    meanMs,
    widest: tasks,
    firstMs: leastMs,
    lastMs: leastMs,
    workMs: (slots) => Math.min(workMs(slots), Math.ceil(tasks / slots) * meanMs),
  }
}

function sumOf(layers: WidthWork['layers']): { readonly tasks: number; readonly meanMs: number } {
  const tasks = layers.reduce((sum, layer) => sum + layer.tasks, 0)
  const minutes = layers.reduce((sum, layer) => sum + layer.tasks * layer.minutes, 0)
  return { tasks, meanMs: tasks === 0 ? 0 : (minutes / tasks) * minuteMs }
}
