import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Analysis } from '../contracts/index.ts'
import { formatAnalysis } from './format-analysis.ts'
import { displayWidth } from './terminal-text.ts'

const workload: Analysis['workloads'][number] = {
  id: 'a-rather-long-workload-name',
  type: 'security_scanning',
  content: 'Look for secrets that were committed by mistake',
  complexity: 'medium',
  specialist: 'security_scanning_of_all',
  model: 'a-model-with-a-long-name',
  estimatedMs: 75_000,
  estimatedCostUsd: 0.0123,
  routing: {
    specialist: { chosen: 'security_scanning', confidence: 1, candidates: [] },
    models: { order: [], candidates: [], explored: false, draw: null },
    pilot: null,
  },
}

const analysis: Analysis = {
  repository: 'octo-org/octo-repo',
  derived: false,
  complexity: 'medium',
  workloads: [workload, { ...workload, id: 'w2', estimatedMs: 2000 }],
  recommendedSpecialists: [],
  recommendedModels: [],
  suggestedWidth: 1,
  bindingLimit: { limit: 'budget', width: 0, reason: 'the budget x has 0 of 2 requests left' },
  estimatedCostUsd: 0.0246,
  estimatedMs: 77_000,
  insights: [],
  pilot: null,
  commentary: '',
  simulated: false,
}

test('on a terminal of 80 columns time and cost are there, whole', () => {
  const lines = formatAnalysis(analysis, { width: 80, colour: false }).split('\n')
  for (const line of lines) assert.ok(displayWidth(line) <= 80, line)
  assert.ok(lines.some((line) => /TIME +COST$/.test(line)))
  assert.ok(lines.some((line) => / 75\.0 s +\$0\.0123$/.test(line)))
  assert.ok(lines.some((line) => /^w2 .* 2\.0 s +\$0\.0123$/.test(line)))
})

test('a limit that lets nothing run is told so', () => {
  const text = formatAnalysis(analysis, { width: 80, colour: false })
  assert.match(text, /^width {7}none at the moment$/m)
  assert.match(text, /^limit {7}budget: the budget x has 0 of 2 requests left$/m)
})
