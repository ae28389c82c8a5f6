import type { Complexity, RoutingDecision, Specialist } from '../contracts/index.ts'
import { AppError } from '../shared/index.ts'
import { fallbackName } from './default-specialists.ts'
import { judgeComplexity } from './judge-complexity.ts'
import { skillsIn, type Weighed, weighContent } from './weigh-content.ts'

type SpecialistChoice = RoutingDecision['specialist']
type Scored = { readonly name: string; readonly score: number; readonly reasons: readonly string[] }

type Workload = {
  readonly type?: string | undefined
  readonly content: string
  readonly complexity?: Complexity | undefined
}

const levels: readonly Complexity[] = ['low', 'medium', 'high']
/** The types that the reading of requests knows; their specialists are scored by intent. */
const readTypes = new Map(
  [
    ...['code_generation', 'code_review', 'documentation', 'issue_management', 'security_scanning'],
    fallbackName,
  ].map((type) => [keyOf(type), type]),
)
const skillPoints = { added: 0.5, known: 0.08 }
const skillCap = { added: 1.5, known: 0.24 }
const fitPoints = 0.05
const namedPoints = 10
const doubt = 0.25

/**
 * Which specialist a workload is for. A type that a specialist names decides; a type nobody names
 * goes to the fallback; without a type the wording of the content decides. Throws `config_invalid`
 * when the fallback is not among the specialists.
 */
export function chooseSpecialist(
  workload: Workload,
  specialists: readonly Specialist[],
): SpecialistChoice {
  if (!specialists.some(({ name }) => name === fallbackName)) {
    throw new AppError(
      'config_invalid',
      `there is no specialist “${fallbackName}”: it takes what no other is for`,
    )
  }
  const type = workload.type ?? ''
  if (type.trim() === '') return byWording(workload, specialists)
  const naming = specialists.filter(({ taskTypes }) =>
    taskTypes.some((own) => keyOf(own) === keyOf(type)),
  )
  if (keyOf(type) === '' || naming.length === 0) return byUnknownType(type, specialists)
  // Only among several does the text matter.
  const weighed = weighContent(naming.length > 1 ? workload.content : '')
  const scored = specialists.map((specialist) => {
    if (!naming.includes(specialist)) return { name: specialist.name, score: 0, reasons: [] }
    const fit = bySkillAndFit(specialist, workload, weighed)
    return {
      name: specialist.name,
      score: namedPoints + fit.score,
      reasons: [`named by the type “${shown(type)}”`, ...fit.reasons],
    }
  })
  const lost = (one: Scored): string =>
    one.score > 0
      ? 'also named by the type; its skills and complexity range fit less well'
      : `the type “${shown(type)}” names another`
  return decide(scored, { confidence: naming.length === 1 ? 1 : 0.9, lost })
}

function byUnknownType(type: string, specialists: readonly Specialist[]): SpecialistChoice {
  const reason = `no specialist names the type “${shown(type)}”: unknown types go to the fallback`
  const scored = specialists.map(({ name }) => ({
    name,
    score: name === fallbackName ? 1 : 0,
    reasons: name === fallbackName ? [reason] : [],
  }))
  // Right by rule, but nothing says that the fallback is good at it.
  return decide(scored, { confidence: 0.5, lost: () => `does not name the type “${shown(type)}”` })
}

function byWording(workload: Workload, specialists: readonly Specialist[]): SpecialistChoice {
  const weighed = weighContent(workload.content)
  const scored = specialists.map((specialist) => {
    const asked = specialist.taskTypes
      .map((type) => weighed.points.get(readTypes.get(keyOf(type)) ?? ''))
      .filter((points) => points !== undefined)
    const fit = bySkillAndFit(specialist, workload, weighed)
    const intent = asked.reduce((sum, { score }) => sum + score, 0)
    // A fit alone is no reason to take work: it only settles what wording left open.
    const score = intent + fit.skills > 0 ? intent + fit.score : 0
    return {
      name: specialist.name,
      score,
      reasons: [
        ...asked.flatMap(({ reasons }) => reasons),
        ...(score > 0 ? fit.reasons : []),
        ...weighed.notes,
      ],
    }
  })
  const nothing = scored.every(({ score }) => score <= 0)
  const counted = nothing
    ? scored.map((one) =>
        one.name === fallbackName
          ? {
              ...one,
              score: 0.1,
              reasons: ['nothing in the wording speaks for a specialist', ...weighed.notes],
            }
          : one,
      )
    : scored
  const [first = 0, second = 0] = counted.map(({ score }) => score).toSorted((a, b) => b - a)
  const confidence = Math.max(0, Math.min(1, first / (first + Math.max(0, second) + doubt)))
  const lost = (one: Scored): string =>
    one.score > 0
      ? `the wording speaks less for it: ${one.score.toFixed(2)} against ${first.toFixed(2)}`
      : 'nothing in the wording speaks for it'
  return decide(counted, { confidence, lost })
}

function bySkillAndFit(
  specialist: Specialist,
  workload: Workload,
  weighed: Weighed,
): { readonly score: number; readonly skills: number; readonly reasons: readonly string[] } {
  const found = skillsIn(specialist.skills, weighed)
  // The built-in skills are words the request was read by already; those of an added one are news.
  const kind = specialist.taskTypes.some((type) => readTypes.has(keyOf(type))) ? 'known' : 'added'
  const skills = Math.min(skillCap[kind], found.length * skillPoints[kind])
  const complexity = workload.complexity ?? judgeComplexity(workload.content)
  const inRange = isWithin(complexity, specialist.complexity)
  return {
    skills,
    score: skills + (inRange ? fitPoints : 0),
    reasons: [
      ...(found.length > 0
        ? [`skills in the text: ${found.slice(0, 5).join(', ')} (${skills.toFixed(2)})`]
        : []),
      `${complexity} complexity is ${inRange ? 'within' : 'outside'} its range`,
    ],
  }
}

const isWithin = (value: Complexity, { from, to }: Specialist['complexity']): boolean =>
  levels.indexOf(value) >= levels.indexOf(from) && levels.indexOf(value) <= levels.indexOf(to)

/** Highest score first; equal scores keep the order of the specialists. */
function decide(
  scored: readonly Scored[],
  { confidence, lost }: { confidence: number; lost: (one: Scored) => string },
): SpecialistChoice {
  const ordered = scored.toSorted((one, other) => other.score - one.score)
  return {
    chosen: ordered[0]?.name ?? fallbackName,
    confidence: rounded(confidence),
    candidates: ordered.map((one, index) => ({
      name: one.name,
      score: rounded(one.score),
      reasons: [...one.reasons],
      lost: index === 0 ? null : lost(one),
    })),
  }
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
const shown = (type: string): string => type.slice(0, 60)

/** `CodeReview`, `code-review` and `CODE REVIEW` are one type. */
function keyOf(type: string): string {
  return type
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
}
