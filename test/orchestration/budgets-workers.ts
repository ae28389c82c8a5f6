import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { WorkerOrders } from './budget-worker.ts'

const script = fileURLToPath(new URL('./budget-worker.ts', import.meta.url))

/** Another process that performs tasks. It ends with this one, or when it is killed. */
export async function startWorker(orders: WorkerOrders): Promise<ChildProcess> {
  const child = spawn(process.execPath, [script, JSON.stringify(orders)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  assert.ok(child.stdout !== null)
  await once(child.stdout, 'data')
  return child
}

export async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
