/** An error as OpenAI's API words it; the protocols bring it into their own form. */
export type ErrorReply = {
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly message: string
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

const invalid = (status: number, code: string | null, message: string): ErrorReply => ({
  status,
  type: 'invalid_request_error',
  code,
  message,
})

export const errorReplies = {
  // Like OpenAI, it shows the ends of a wrong key: clients must cope with keys in error bodies.
  keyRefused: (key: string | undefined): ErrorReply =>
    key === undefined
      ? invalid(401, null, 'You did not provide an API key.')
      : invalid(401, 'invalid_api_key', `Incorrect API key provided: ${key}.`),
  unknownUrl: (method: string, path: string): ErrorReply =>
    invalid(404, 'unknown_url', `Unknown request URL: ${method} ${path}.`),
  wrongMethod: (method: string, path: string): ErrorReply =>
    invalid(405, 'method_not_supported', `${method} is not allowed for ${path}.`),
  unknownModel: (model: string): ErrorReply =>
    invalid(404, 'model_not_found', `The model '${model}' does not exist.`),
  notJson: (): ErrorReply =>
    invalid(400, null, 'We could not parse the JSON body of your request.'),
  malformed: (param: string, problem: string): ErrorReply => ({
    ...invalid(400, 'invalid_value', `Invalid value for '${param}': ${problem}`),
    param,
  }),
  tooLarge: (limit: number): ErrorReply =>
    invalid(413, 'request_too_large', `The request body is larger than ${limit} bytes.`),
  rateLimited: (retryAfterMs: number): ErrorReply => ({
    status: 429,
    type: 'requests',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached for requests (a simulated fault).',
    headers: {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(retryAfterMs),
    },
  }),
  gone: (): ErrorReply =>
    invalid(410, 'model_retired', 'The model was retired (a simulated fault).'),
  serverError: (message = 'The server had an error (a simulated fault).'): ErrorReply => ({
    status: 500,
    type: 'server_error',
    code: null,
    message,
  }),
} as const
