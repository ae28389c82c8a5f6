import { parseRequest } from '../parse-request.ts'
import type { Protocol } from '../protocol.ts'
import { MessagesRequest, toChat } from './messages-request.ts'
import { writeMessage } from './write-message.ts'

const errorTypes = new Map([
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
])

/** Anthropic's Messages, unstreamed. */
export const anthropicProtocol: Protocol = {
  name: 'anthropic',
  path: '/v1/messages',
  keyOf: ({ headers }) => {
    const key = headers['x-api-key']
    return typeof key === 'string' ? key : undefined
  },
  read: (json) => {
    const parsed = parseRequest(MessagesRequest, json)
    return 'error' in parsed ? parsed : toChat(parsed.body)
  },
  writeWhole: writeMessage,
  writeStream: null,
  errorBody: ({ status, message }) => {
    const type = errorTypes.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error')
    return { type: 'error', error: { type, message } }
  },
}
