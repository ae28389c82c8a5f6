import * as z from 'zod'
import { startApp } from './started-app.ts'

/** What a process of the test with kills is told, as JSON in its first argument. */
export const WorkerOrders = z.object({
  url: z.string(),
  overrides: z.record(z.string(), z.unknown()),
})
export type WorkerOrders = z.infer<typeof WorkerOrders>

if (process.argv[2] !== undefined) {
  const { url, overrides } = WorkerOrders.parse(JSON.parse(process.argv[2]))
  await startApp(url, overrides)
  process.stdout.write('ready\n')
  // Ends with its parent, whatever happens to that.
  process.stdin.resume().on('end', () => process.exit())
}
