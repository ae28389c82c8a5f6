/** Whether `name` is one of `patterns`: the same in any case, or under one that ends in `*`. */
export function matchesName(name: string, patterns: readonly string[]): boolean {
  const given = name.toLowerCase()
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase()
    return wanted.endsWith('*') ? given.startsWith(wanted.slice(0, -1)) : given === wanted
  })
}

/** Whether a repository is one of `patterns`: `owner/name` or `owner/*`, and nothing wider. */
export function matchesRepository(repository: string, patterns: readonly string[]): boolean {
  const [owner = '', ...rest] = repository.toLowerCase().split('/')
  return patterns.some((pattern) => {
    const wanted = pattern.toLowerCase()
    if (wanted.includes('*') && !/^[^/*]+\/\*$/.test(wanted)) return false
    return wanted.endsWith('/*')
      ? rest.length === 1 && wanted.slice(0, -2) === owner
      : wanted === repository.toLowerCase()
  })
}

/** Whether a path is one of `patterns`: exact, `folder/**`, or `**` for any. */
export function matchesPath(path: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern === '**' || pattern.endsWith('/**')
      ? path.startsWith(pattern.slice(0, -2))
      : path === pattern,
  )
}
