import { AppError } from '../shared/index.ts'

export type RequestProblem = {
  /** Part of the request and place in it: `body.options.level`, `query.limit`. */
  readonly path: string
  readonly message: string
}

/** A request that does not fit its route's schema, with every problem found, as far as listed. */
export class RequestInvalid extends AppError {
  readonly problems: readonly RequestProblem[]

  constructor(problems: readonly RequestProblem[], total = problems.length) {
    const [first] = problems
    const summary =
      first === undefined ? 'The request is malformed' : `${first.path}: ${first.message}`
    const more = total > 1 ? ` (and ${total - 1} more, see errors)` : ''
    super('request_invalid', `${summary}${more}`)
    this.problems = problems
  }
}
