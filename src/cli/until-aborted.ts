/** Resolves when the signal is aborted, and keeps the process alive until then. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    // A listener alone keeps no process alive; a timer of the longest possible span does.
    const alive = setInterval(() => undefined, 2 ** 31 - 1)
    const onAbort = (): void => {
      clearInterval(alive)
      resolve()
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
