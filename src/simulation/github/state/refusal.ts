/** One entry of `errors` in a 422. */
export type FieldError = {
  readonly resource: string
  readonly field?: string
  readonly code: string
  readonly value?: string | number | null
  readonly message?: string
}

/**
 * GitHub says no: REST answers with the status, GraphQL with an error of the type. The wording is
 * GitHub's where it is known.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly errors: readonly (FieldError | string)[]

  constructor(status: number, message: string, errors: readonly (FieldError | string)[] = []) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

export const refuse = {
  notFound: (): Refusal => new Refusal(404, 'Not Found'),
  forbidden: (message: string): Refusal => new Refusal(403, message),
  invalid: (...errors: readonly (FieldError | string)[]): Refusal =>
    new Refusal(422, 'Validation Failed', errors),
} as const
