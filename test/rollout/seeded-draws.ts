import { seededRandom } from '../crash/seeded-random.ts'

/** Random draws that are the same for the same seed. */
export type Draws = {
  /** From 0 to below 1. */
  readonly uniform: () => number
  readonly normal: () => number
  readonly binomial: (count: number, chance: number) => number
  /** Chi-square with `degrees` of freedom. */
  readonly chiSquare: (degrees: number) => number
}

export function seededDraws(seed: number): Draws {
  const uniform = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const binomial = (count: number, chance: number) => {
    let hits = 0
    for (let draw = 0; draw < count; draw += 1) if (uniform() < chance) hits += 1
    return hits
  }
  return {
    uniform,
    normal,
    binomial,
    chiSquare: (degrees) => chiSquare({ uniform, normal }, degrees),
  }
}

/** Marsaglia and Tsang 2000, from one degree of freedom on. */
function chiSquare(draws: Pick<Draws, 'uniform' | 'normal'>, degrees: number): number {
  if (degrees <= 0) return 0
  if (degrees < 2) return draws.normal() ** 2
  const d = degrees / 2 - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const z = draws.normal()
    const v = (1 + c * z) ** 3
    if (v > 0 && Math.log(1 - draws.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) {
      return 2 * d * v
    }
  }
}
