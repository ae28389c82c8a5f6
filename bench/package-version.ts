import manifest from './package.json' with { type: 'json' }

/** The version of a peer's package: our manifest pins each exactly. */
export function packageVersion(name: keyof typeof manifest.dependencies): string {
  return manifest.dependencies[name]
}
