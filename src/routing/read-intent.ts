import { findClass, type Request } from './parse-request.ts'
import type { Word } from './read-words.ts'
import { enders, fillers, type NounClass, textParts } from './word-classes.ts'

/** What a sentence asks for, as one of the known task types; null when it says nothing. */
type Intent = { readonly type: string; readonly strength: number } | null

/** What the whole text says about its world, for objects that are unknown words. */
export type World = { readonly technical: boolean; readonly hasCode: boolean }

type Subject = NounClass | 'unknown'
type Seen = Request & { readonly subject: Subject; readonly world: World }

const code = 'code_generation'
const review = 'code_review'
const docs = 'documentation'
const issues = 'issue_management'
const security = 'security_scanning'
const general = 'general'

export function readIntent(request: Request, world: World): Intent {
  const seen = { ...request, subject: subjectOf(request), world }
  switch (request.act) {
    case 'change':
      return sure(ofChange(seen))
    case 'produce':
      return sure(ofProduce(seen))
    case 'judge':
      return sure(ofJudge(seen))
    case 'seek':
      return sure(ofSeek(seen))
    case 'explain':
      return sure(ofExplain(seen))
    case 'triage':
      return sure(ofTriage(seen))
    case 'everyday':
      return sure(ofEveryday(seen))
    case 'title':
      return ofTitle(seen)
    case 'question':
      return ofQuestion(seen)
    case 'statement':
      return ofStatement(seen)
  }
}

const sure = (type: string): Intent => ({ type, strength: 1 })
const weak = (type: string, strength: number): Intent => ({ type, strength })

/** `a list of …`, `the README section`: a light word takes the class of what stands around it. */
function subjectOf({ head, modifiers, rest }: Request): Subject {
  if (head === null) return 'unknown'
  const own = head.nouns.find((name) => name !== 'light' && name !== 'act')
  if (own !== undefined) return own
  const around = [...modifiers.toReversed(), ...rest.slice(0, 8)]
  const isPart = textParts.has(head.lemma) && !has(modifiers, 'code')
  if (isPart && has([...modifiers, ...rest.slice(0, 16)], 'docs')) return 'docs'
  const found = around.flatMap(({ nouns }) => nouns).find((name) => name !== 'light')
  if (head.nouns.includes('act')) return 'act'
  return found ?? 'light'
}

const typeOfSubject: Partial<Record<Subject, string>> = {
  code,
  change: review,
  quality: review,
  reference: review,
  docs,
  issue: issues,
  security,
  supply: security,
  everyday: general,
}

const has = (words: readonly Word[], name: NounClass): boolean =>
  findClass(words, name) !== undefined

const isVague = (subject: Subject): boolean => /^(?:unknown|light|act|reference)$/.test(subject)

/** `add … to the docs`: where it goes says what it is. */
function goesToDocs({ rest, before }: Seen): boolean {
  if (has(before, 'docs')) return true
  const at = rest.findIndex(({ lemma }) => /^(?:to|in|into|of)$/.test(lemma))
  return at >= 0 && has(rest.slice(at, at + 6), 'docs')
}

/** `turn the comments into a guide`. */
function becomesDocs({ verb, rest }: Seen): boolean {
  const at = rest.findIndex(({ lemma }) => lemma === 'into')
  return (
    /^(?:turn|convert|change|make)$/.test(verb) && at >= 0 && has(rest.slice(at, at + 5), 'docs')
  )
}

const isHomely = ({ world, rest, modifiers }: Seen): boolean =>
  !world.technical && (has(rest, 'everyday') || has(modifiers, 'everyday'))

function ofChange(seen: Seen): string {
  if (seen.subject === 'docs') return docs
  if (becomesDocs(seen)) return docs
  if (seen.subject === 'issue') return isFixed(seen) ? code : issues
  if (seen.subject === 'everyday') return seen.world.technical ? code : general
  if (isVague(seen.subject) && goesToDocs(seen)) return docs
  const isAny = isVague(seen.subject) || seen.verb === 'make'
  return isAny && isHomely(seen) ? general : code
}

/** An issue is solved in code; a label or a milestone is not. */
const isFixed = ({ verb, head }: Seen): boolean =>
  /^(?:fix|implement|resolve|solve|debug|handle|develop|build|patch|refactor|support)$/.test(
    verb,
  ) && !/^(?:label|milestone|duplicate|backlog|priority|severity)$/.test(head?.lemma ?? '')

function ofProduce(seen: Seen): string {
  if (seen.subject === 'act') return ofAct(seen)
  if (seen.subject === 'change') return code
  if (seen.subject === 'supply') return has(seen.rest, 'security') ? security : code
  if (seen.subject === 'everyday') return softwareOf(seen) ? code : general
  const known = isVague(seen.subject) ? madeOfUnknown(seen) : typeOfSubject[seen.subject]
  return known === code && isHomely(seen) ? general : (known ?? general)
}

function madeOfUnknown(seen: Seen): string {
  if (goesToDocs(seen)) return docs
  return seen.world.technical ? code : general
}

/** `an e-mail form`: a daily word, but a part of software. */
const softwareOf = ({ world, modifiers }: Seen): boolean =>
  world.technical && has(modifiers, 'code')

/** `a review of the film`, `an audit of the code`: the act is the request, its complement the object. */
function ofAct(seen: Seen): string {
  const around = [...seen.modifiers, ...seen.rest]
  const inner = { ...seen, subject: firstSubject(around), rest: around }
  return /^(?:scan|audit|scanning|assessment)$/.test(seen.head?.lemma ?? '')
    ? ofSeek({ ...inner, verb: 'scan' })
    : ofJudge({ ...inner, verb: 'review' })
}

const firstSubject = (words: readonly Word[]): Subject =>
  words.flatMap(({ nouns }) => nouns).find((name) => name !== 'light' && name !== 'act') ??
  'unknown'

function ofJudge(seen: Seen): string {
  if (judgesSafety(seen)) return security
  if (seen.subject === 'act') return ofAct(seen)
  const subject = isVague(seen.subject) ? firstSubject(seen.rest) : seen.subject
  const known = typeOfSubject[subject]
  if (seen.head?.lemma === 'bug') return issues
  if (known === code) return review
  if (known === general)
    return seen.world.technical && has(seen.modifiers, 'code') ? review : general
  if (known !== undefined) return known
  return seen.world.technical || seen.world.hasCode ? review : general
}

/** `review the code for leaks`, `check whether it is vulnerable`; not `review the patch for the CVE`. */
function judgesSafety({ subject, head, rest, verb }: Seen): boolean {
  if (subject === 'security') return true
  if (subject === 'issue' || subject === 'docs' || /opinion|feedback|comment/.test(verb))
    return false
  if (/^(?:fix|patch|implementation)$/.test(head?.lemma ?? '')) return false
  const at = rest.findIndex(({ lemma }) => /^(?:for|if|whether|is|are|how|against)$/.test(lemma))
  const purpose = head === null ? rest : rest.slice(Math.max(0, at))
  if (isSafetyItself(purpose)) return subject !== 'everyday'
  return (at >= 0 || head === null) && has(purpose.slice(0, 14), 'security')
}

/** `for security`, `for security issues`; not `for security people`. */
function isSafetyItself([first, second, third]: readonly Word[]): boolean {
  if (first?.lemma !== 'for' || second?.lemma !== 'security') return false
  if (third === undefined || enders.has(third.lemma) || fillers.has(third.lemma)) return true
  return /^(?:issue|concern|weakness|gap|bug)$/.test(third.lemma)
}

function ofSeek(seen: Seen): string {
  if (seen.subject === 'issue') return issues
  if (seen.subject === 'security' || has(seen.rest, 'security')) return security
  if (has(seen.modifiers, 'security')) return security
  if (seen.subject === 'act') return ofAct(seen)
  const sweeps = /^(?:scan|audit|probe)$/.test(seen.verb)
  const subject = isVague(seen.subject) ? firstSubject(seen.rest) : seen.subject
  if (subject === 'code') return ofSoughtCode(seen, sweeps)
  const known = typeOfSubject[subject]
  if (known !== undefined) return known
  if (seen.defect && seen.world.technical) return code
  return sweeps && seen.world.technical ? security : general
}

function ofSoughtCode({ verb, defect }: Seen, sweeps: boolean): string {
  if (sweeps) return security
  return /^(?:run|perform|do|test)$/.test(verb) || defect ? code : review
}

function ofExplain(seen: Seen): string {
  if (seen.subject === 'everyday' && !has(seen.rest, 'docs')) return general
  if (seen.subject === 'change' && seen.verb === 'comment') return review
  if (/^(?:document|proofread|annotate|comment)$/.test(seen.verb))
    return isHomely(seen) ? general : docs
  return seen.world.technical || seen.world.hasCode ? docs : general
}

function ofTriage(seen: Seen): string {
  const around = [...(seen.head === null ? [] : [seen.head]), ...seen.modifiers, ...seen.rest]
  if (seen.subject === 'everyday' && !has(around, 'issue')) return general
  if (has(around, 'issue') || seen.verb === 'triage') return issues
  const sorts =
    /^(?:label|prioritise|re-prioritise|assign|classify|rank|escalate|reopen|close|sort|group)$/
  const reports = /^(?:bug|report|finding|request|crash|exception)$/.test(seen.head?.lemma ?? '')
  if (sorts.test(seen.verb) && (reports || isVague(seen.subject))) {
    return seen.world.technical || reports ? issues : general
  }
  return seen.world.technical ? code : general
}

function ofEveryday(seen: Seen): string {
  if (seen.subject === 'docs') return docs
  if (seen.subject === 'issue') return issues
  const translates = seen.verb === 'translate' && has([...seen.modifiers, ...seen.rest], 'docs')
  if (translates) return docs
  return /^(?:suggest|recommend)$/.test(seen.verb) && seen.subject === 'code' ? review : general
}

function ofTitle(seen: Seen): Intent {
  if (seen.subject === 'act') return weak(ofAct(seen), 0.9)
  const known = typeOfSubject[seen.subject]
  if (known !== undefined) return weak(known, 0.9)
  const found = typeOfSubject[firstSubject(seen.rest)]
  return found === undefined ? null : weak(found, 0.4)
}

function ofQuestion(seen: Seen): Intent {
  const around = [...(seen.head === null ? [] : [seen.head]), ...seen.modifiers, ...seen.rest]
  if (seen.subject === 'issue') return weak(issues, 0.9)
  if (has(around, 'security') || has(around, 'supply')) return weak(security, 0.9)
  if (has(around, 'quality') || has(around, 'change')) return weak(review, 0.9)
  if (has(around, 'issue')) return weak(issues, 0.8)
  if (has(around, 'docs')) return weak(docs, 0.7)
  if (has(around, 'code') || seen.world.hasCode) return weak(review, 0.5)
  return seen.world.technical ? weak(review, 0.3) : weak(general, 0.8)
}

/** `the docs do not say …` is about docs; `the page crashes` about a program, whatever it shows. */
function ofStatement(seen: Seen): Intent {
  if (seen.subject === 'docs' && seen.head?.nouns.includes('docs') === true) return weak(docs, 0.6)
  if (seen.defect && seen.world.technical) return weak(code, 0.6)
  const found = isVague(seen.subject) ? firstSubject(seen.rest) : seen.subject
  const type = typeOfSubject[found]
  return type === undefined ? null : weak(type, 0.3)
}
