import { AppError } from '../../../shared/index.ts'
import { seededDraw } from '../../model-provider/seeded-draw.ts'

/** How a request can go wrong besides being wrong. */
export const githubFaults = [
  'server_error',
  'bad_gateway',
  /** Never answered: it hangs until the client gives up. The write was not applied. */
  'timeout',
  /** The connection is reset before anything was applied. */
  'drop_before',
  /** The write was applied, then the connection is reset: the client cannot know. */
  'drop_after',
  'secondary_limit',
] as const
export type GitHubFault = (typeof githubFaults)[number]

/** Shares of requests, 0 to 1, by fault; together at most 1. */
export type GitHubFaultRates = Readonly<Partial<Record<GitHubFault, number>>>

/** Which requests an ordered fault waits for; what is left out matches all. */
export type FaultMatch = {
  readonly method?: string
  /** The route as the OpenAPI description writes it: `/repos/{owner}/{repo}/issues`. */
  readonly route?: string
}

type Ordered = { readonly fault: GitHubFault; readonly match: FaultMatch; left: number }

/** Ordered faults first, then by seed: the nth request of a route fails the same way in each run. */
export class Faults {
  readonly #seed: number
  readonly #rates: GitHubFaultRates
  readonly #ordered: Ordered[] = []
  readonly #counts = new Map<string, number>()

  constructor(seed: number, rates: GitHubFaultRates) {
    checkRates(rates)
    this.#seed = seed
    this.#rates = rates
  }

  failNext(count: number, fault: GitHubFault, match: FaultMatch = {}): void {
    this.#ordered.push({ fault, match, left: count })
  }

  choose(method: string, route: string): GitHubFault | null {
    const ordered = this.#ordered.find(
      ({ left, match }) =>
        left > 0 && (match.method ?? method) === method && (match.route ?? route) === route,
    )
    if (ordered !== undefined) {
      ordered.left -= 1
      return ordered.fault
    }
    const key = `${method} ${route}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return this.#byRate(seededDraw(this.#seed, 'fault', key, String(count)))
  }

  #byRate(draw: number): GitHubFault | null {
    let bound = 0
    for (const fault of githubFaults) {
      bound += this.#rates[fault] ?? 0
      if (draw < bound) return fault
    }
    return null
  }
}

function checkRates(rates: GitHubFaultRates): void {
  const values = Object.values(rates)
  const sum = values.reduce((total, rate) => total + rate, 0)
  if (values.every((rate) => rate >= 0 && rate <= 1) && sum <= 1 + 1e-9) return
  const given = JSON.stringify(rates)
  throw new AppError('config_invalid', `The faults ${given}: give shares from 0 to 1, together 1.`)
}
