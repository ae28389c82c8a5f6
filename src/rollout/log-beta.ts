/** ln Γ(x) for x > 0: Stirling's series from 10 on, reached by Γ(x) = Γ(x + 1) ÷ x. Error < 1e-12. */
function logGamma(x: number): number {
  let product = 1
  let at = x
  while (at < 10) {
    product *= at
    at += 1
  }
  const inverse = 1 / (at * at)
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) /
    at
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
}

/** ln of the beta function B(a, b). */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
