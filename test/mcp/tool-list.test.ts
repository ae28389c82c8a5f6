import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revisions, startHttpMcp } from './started-mcp.ts'

/**
 * Byte-pair encodings take 3.3 to 4 bytes of JSON like this for a token; 3 is on the safe side of
 * all of them.
 */
const bytesPerToken = 3
const mostTokens = 3000

for (const revision of revisions) {
  test(`the whole list of tools costs less than ${mostTokens} tokens: ${revision}`, async (t) => {
    const { connect } = await startHttpMcp(t)
    const { tools } = await (await connect(revision)).listTools()
    const tokens = Math.ceil(Buffer.byteLength(JSON.stringify({ tools })) / bytesPerToken)
    t.diagnostic(`at most ${tokens} tokens`)
    assert.ok(tokens < mostTokens, `${tokens} tokens`)
    assert.deepEqual(
      tools.map(({ name }) => name),
      [
        'github_models_orchestrate',
        'github_models_analyze',
        'github_models_pilot',
        'maniple_run',
        'maniple_cancel',
      ],
    )
    for (const tool of tools) assert.equal(tool.outputSchema?.type, 'object')
  })
}
