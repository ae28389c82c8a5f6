import type {
  Analysis,
  AnalysisRequest,
  PerformanceMetrics,
  PilotMetrics,
  PilotStatus,
  RoutingDecision,
} from '../../src/contracts/index.ts'

export const sampleRouting: RoutingDecision = {
  specialist: { chosen: 'writer', confidence: 0.9, candidates: [] },
  models: { order: ['sample-model'], candidates: [], explored: false, draw: null },
  pilot: null,
}

export const samplePilot: PilotStatus = {
  name: 'trial',
  state: 'running',
  phase: 'canary',
  phaseStartedAt: null,
  participation: 0.1,
  candidate: 'new-model',
  control: null,
  eligible: 10,
  participants: 1,
  verdict: 'EXTEND',
  reasons: ['too few requests yet'],
  commentary: 'One in ten so far.',
  simulated: true,
}

const arm = {
  requests: 1,
  successRate: 1,
  meanLatencyMs: 5,
  p95LatencyMs: 5,
  meanCostUsd: null,
  feedback: { count: 0, mean: null },
}

export const sampleMetrics: PilotMetrics = {
  name: 'trial',
  control: arm,
  candidate: arm,
  sampleRatio: { expected: 0.1, observed: 0.1, pValue: 1, mismatch: false },
  verdict: 'EXTEND',
  reasons: [],
  commentary: 'Neck and neck.',
  simulated: true,
}

export const samplePerformance = (windowMinutes: number): PerformanceMetrics => ({
  windowMinutes,
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T01:00:00.000Z',
  workloads: { total: 0, succeeded: 0, failed: 0, successRate: null },
  calls: { total: 0, succeeded: 0, failed: 0 },
  latencyMs: { mean: null, p50: null, p95: null, p99: null },
  pilotParticipation: null,
  concurrency: { inUse: 0, capacity: 100, utilisation: 0 },
  modelDistribution: [],
  speedUp: null,
  parallelEfficiency: null,
  tokens: { input: 0, output: 0 },
  costUsd: null,
  commentary: 'Quiet.',
  simulated: true,
})

export const sampleAnalysis = (request: AnalysisRequest): Analysis => ({
  repository: request.repository,
  derived: request.workloads === undefined,
  complexity: 'medium',
  workloads: (request.workloads ?? []).map((workload, index) => ({
    id: workload.id ?? `w${index + 1}`,
    type: workload.type ?? 'documentation',
    content: workload.content.slice(0, 200),
    complexity: workload.complexity ?? 'low',
    specialist: 'writer',
    model: 'sample-model',
    estimatedMs: 1000,
    estimatedCostUsd: null,
    routing: sampleRouting,
  })),
  recommendedSpecialists: ['writer'],
  recommendedModels: ['sample-model'],
  suggestedWidth: 3,
  bindingLimit: { limit: 'slots', width: 3, reason: 'three workloads' },
  estimatedCostUsd: null,
  estimatedMs: 1000,
  insights: ['Small enough for one sitting.'],
  pilot: request.includePilotStatus ? samplePilot : null,
  commentary: 'Easily split.',
  simulated: true,
})
