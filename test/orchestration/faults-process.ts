import * as z from 'zod'
import { openApp } from './faults-app.ts'

/** What a worker process is told, as JSON in its first argument. */
export const Orders = z.object({
  url: z.string(),
  slots: z.int(),
  overrides: z.record(z.string(), z.unknown()),
})
export type Orders = z.infer<typeof Orders>

/** A process that performs tasks until its standard input ends. Says `ready`. */
async function main({ url, slots, overrides }: Orders): Promise<void> {
  const app = await openApp(url, overrides)
  await app.startWorker({ slots })
  process.stdout.write('ready\n')
  for await (const _ of process.stdin) {
    // Only its end matters; it comes with the parent's as well.
  }
  await app.close()
}

if (process.argv[2] !== undefined) await main(Orders.parse(JSON.parse(process.argv[2])))
