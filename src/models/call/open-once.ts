import type { Connection, OpenModel } from './create-caller.ts'

/**
 * Opens a model with its first call and keeps it: the SDK builds its schemas with every model, which
 * takes longer than the rest of a call. A failure is not kept.
 */
export function openOnce(open: () => Promise<OpenModel>): Connection['open'] {
  let opened: OpenModel | undefined
  return () => {
    if (opened !== undefined) return opened
    return open().then((model) => {
      opened = model
      return model
    })
  }
}
