import * as z from 'zod'
import type { WebhookService } from '../../contracts/index.ts'
import { isSignedBy } from '../../github/index.ts'
import type { DeliveryStore, NewDelivery } from '../../records/index.ts'
import { AppError } from '../../shared/index.ts'

/** Events that something here acts on; others are acknowledged and not kept. */
const heeded = new Set([
  ...['check_run', 'check_suite', 'issue_comment', 'issue_dependencies', 'issues', 'pull_request'],
  ...['pull_request_review', 'push', 'status', 'sub_issues', 'workflow_run'],
])

const Facts = z.object({
  action: z.string().max(100).optional(),
  repository: z.object({ full_name: z.string().max(200) }).optional(),
  sender: z.object({ login: z.string().max(100) }).optional(),
})

type Parts = {
  /** Null: no webhook is configured. */
  readonly secret: string | null
  readonly store: Pick<DeliveryStore, 'keep'>
}

export function createWebhookService({ secret, store }: Parts): WebhookService {
  return {
    receive: async ({ event, guid, signature, body }) => {
      if (secret === null) {
        throw new AppError(
          'github_unavailable',
          'no webhook secret is configured: set github.webhookSecret (MANIPLE_WEBHOOK_SECRET)',
        )
      }
      if (!isSignedBy(secret, body, signature)) {
        throw new AppError(
          'signature_invalid',
          'X-Hub-Signature-256 is missing or does not fit the body and the secret',
        )
      }
      const isNamed = event !== undefined && guid !== undefined && /^[\w-]{8,100}$/.test(guid)
      if (!isNamed) {
        throw new AppError('request_invalid', 'X-GitHub-Event and X-GitHub-Delivery are needed')
      }
      if (!heeded.has(event)) return { delivery: guid, status: 'ignored' }
      const isNew = await store.keep(deliveryOf({ event, guid, body }))
      return { delivery: guid, status: isNew ? 'stored' : 'duplicate' }
    },
  }
}

function deliveryOf({
  event,
  guid,
  body,
}: {
  event: string
  guid: string
  body: Buffer
}): NewDelivery {
  const text = body.toString('utf8')
  const facts = Facts.safeParse(parsed(text))
  if (!facts.success) throw new AppError('request_invalid', 'the body is not a GitHub delivery')
  const { action = null, repository, sender } = facts.data
  return {
    ...{ source: 'github', guid, event, action },
    repository: repository?.full_name ?? null,
    sender: sender?.login ?? null,
    body: text,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw noJson(cause)
  }
}

function noJson(cause: unknown): AppError {
  return new AppError('request_invalid', 'the body is not JSON', { cause })
}
