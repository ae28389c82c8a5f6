#!/usr/bin/env node
// Nothing but the check is imported statically: an older Node must get as far as the sentence
// below, and newer syntax or modules in the rest would stop it before.
import process from 'node:process'

const oldestMajor = 24

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  process.stderr.write(
    `maniple: needs Node ${oldestMajor} or newer, this is ${process.versions.node} (runtime_too_old)\n`,
  )
  process.exitCode = 2
} else {
  const { keepCompiledCode } = await import('./keep-compiled-code.ts')
  keepCompiledCode()
  const { runCli } = await import('./run-cli.ts')
  process.exitCode = await runCli(process.argv.slice(2))
}
