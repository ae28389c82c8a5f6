import { startSimulatedGitHub } from '../../src/simulation/index.ts'

/**
 * A simulated GitHub in a process of its own, told over `/_simulation/…`. Its options come as JSON in
 * the first argument; one line on stdout says where it is. It ends when stdin does.
 */
const github = await startSimulatedGitHub({ ...JSON.parse(process.argv[2] ?? '{}'), control: true })
const { url, clock } = github
process.stdout.write(`${JSON.stringify({ url, origin: clock.origin, scale: clock.scale })}\n`)
process.stdin.resume()
process.stdin.once('end', () => {
  github.close().catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    process.exitCode = 1
  })
})
