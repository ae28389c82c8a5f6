import type { Complexity, SplitTask } from '../contracts/index.ts'
import type { Step } from './outline.ts'

type Classification = {
  readonly type: string
  readonly workerType: SplitTask['workerType']
  readonly complexity: Complexity
  readonly estimateMinutes: number
}

type Clues = {
  readonly step: Step
  readonly text: string
  /** `agentType`, or what the task itself calls its type. */
  readonly agentType: string
  readonly complexity?: Complexity | null | undefined
  readonly estimateMinutes?: number | null | undefined
}

/** The word that comes first in the text decides; ties do not occur, the patterns are disjoint. */
const decisiveWords: readonly (readonly [type: string, pattern: RegExp])[] = [
  [
    'security_scanning',
    /\b(?:secur\w*|vulnerab\w*|penetration|pentest\w*|owasp|cves?|threats?|scan\w*|compliance|hardening)\b/i,
  ],
  ['code_review', /\b(?:review\w*|inspect\w*|critique\w*|audit\w*|code quality)\b/i],
  [
    'documentation',
    /\b(?:document\w*|docs?|readme|guides?|manuals?|tutorials?|changelog|handbook|references?|docstrings?)\b/i,
  ],
  [
    'issue_management',
    /\b(?:triag\w*|backlog|issues?|labels?|stakeholders?|prioriti[sz]\w*|milestones?)\b/i,
  ],
  [
    'code_generation',
    /\b(?:implement\w*|build|buil\w+ing|fix(?:es|ed|ing)?|refactor\w*|develop\w*|cod(?:e|ing)|migrat\w*|port|rewrite|code-?generat\w*|tests?|testing|test-?types?)\b/i,
  ],
]

/** Verbs that say that something is made, but not what: they decide only when nothing else does. */
const makingWords =
  /\b(?:add|create|make|write|generate|design|set ?up|configur\w*|initiali[sz]\w*|install|update|upgrade|remove|delete|rename|extend|integrate|deploy|optimi[sz]\w*|support|enable|replace|extract)\b/i

const analysisWords =
  /\b(?:normali[sz]\w*|validat\w*|enrich\w*|dedup\w*|aggregat\w*|transform\w*|ingest\w*|analy\w*|classif\w*|summari\w*|data-?process\w*|research\w*|investigat\w*|compar\w*|evaluat\w*|estimat\w*)\b/i

const hardWords =
  /\b(?:architect\w*|secur\w*|migrat\w*|distributed|concurren\w*|performance|payments?|auth\w*|encrypt\w*|refactor\w*|e2e|integration|consisten\w*|real-?time)\b/i
const easyWords =
  /\b(?:typos?|rename|comments?|readme|bump|format\w*|lint\w*|wording|label\w*|changelog|link)\b/i

const typeOfStep: Partial<Record<Step, string>> = {
  implementation: 'code_generation',
  tests: 'code_generation',
  documentation: 'documentation',
  'integration review': 'code_review',
  ingest: 'general',
  validate: 'general',
}

const workerOfType: Record<string, SplitTask['workerType']> = {
  code_generation: 'code-generation',
  code_review: 'ai-analysis',
  security_scanning: 'ai-analysis',
  issue_management: 'ai-analysis',
  documentation: 'general',
  general: 'general',
}

const complexityOfStep: Partial<Record<Step, Complexity>> = {
  documentation: 'low',
  ingest: 'medium',
  validate: 'low',
}

const minutesOfComplexity: Record<Complexity, number> = { low: 3, medium: 6, high: 9 }
const minutesOfStep: Partial<Record<Step, number>> = { implementation: 2, 'integration review': -2 }

/** Type, worker, complexity and estimate from the step, the agent type and words of the text. */
export function classifyTask(clues: Clues): Classification {
  // A bounded start of the text: what a task is stands in its first lines.
  const text = clues.text.slice(0, 2_000)
  const type = typeOfStep[clues.step] ?? typeOfText(clues, text)
  const complexity = clues.complexity ?? complexityOf(clues.step, text)
  const stepMinutes = minutesOfComplexity[complexity] + (minutesOfStep[clues.step] ?? 0)
  return {
    type,
    workerType: workerOf(clues, type, text),
    complexity,
    estimateMinutes: clues.estimateMinutes ?? Math.min(10, stepMinutes),
  }
}

function typeOfText(clues: Clues, text: string): string {
  const named = clues.agentType
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  if (Object.hasOwn(workerOfType, named)) return named
  if (clues.step === 'test type') {
    return firstType(text) === 'security_scanning' ? 'security_scanning' : 'code_generation'
  }
  const byText = firstType(text) ?? (makingWords.test(text) ? 'code_generation' : null)
  return byText ?? firstType(clues.agentType.replaceAll(/[_-]+/g, ' ')) ?? 'general'
}

function firstType(text: string): string | null {
  const words = text.replaceAll('_', ' ')
  const found = decisiveWords
    .map(([type, pattern]) => ({ type, at: words.search(pattern) }))
    .filter(({ at }) => at >= 0)
    .toSorted((one, other) => one.at - other.at)
  return found[0]?.type ?? null
}

function workerOf(clues: Clues, type: string, text: string): SplitTask['workerType'] {
  const analyses = analysisWords.test(text) || analysisWords.test(clues.agentType)
  if (clues.step === 'ingest' || clues.step === 'validate') return 'ai-analysis'
  if (type === 'general' && analyses) return 'ai-analysis'
  return workerOfType[type] ?? 'general'
}

function complexityOf(step: Step, text: string): Complexity {
  const byStep = complexityOfStep[step]
  if (byStep !== undefined) return byStep
  if (hardWords.test(text)) return 'high'
  return easyWords.test(text) ? 'low' : 'medium'
}
