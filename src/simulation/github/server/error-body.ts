import { Refusal } from '../state/refusal.ts'

const documentation = 'https://docs.github.com/rest'

/** An error as GitHub's REST API writes it. */
export function errorBody(status: number, message: string, errors: Refusal['errors'] = []) {
  return {
    message,
    ...(errors.length === 0 ? {} : { errors }),
    documentation_url: documentation,
    status: String(status),
  }
}

export const refusalBody = ({ status, message, errors }: Refusal) =>
  errorBody(status, message, errors)

export const serverError = new Refusal(500, 'Server Error')
export const badGateway = new Refusal(502, 'Bad Gateway')
export const secondaryLimit = new Refusal(
  403,
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.',
)
