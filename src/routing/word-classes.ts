/**
 * The words by which requests are read. What is asked for is told by a verb and its object, so a
 * word may stand among both (`review`, `document`, `issue`): its place decides which one counts.
 * Singular, lower case; a phrase is joined by dashes and stands for its words in a row.
 */
const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export const verbGroups = {
  /** Changes a product: means code unless its object says otherwise. */
  change:
    words(`add implement fix refactor port migrate remove delete drop replace upgrade update bump
    rename extract optimise configure set-up setup install deploy develop build convert
    change wire integrate extend improve support enable disable debug resolve solve handle parse move
    rewrite correct adjust adapt modernise simplify cache connect expose store wrap turn switch speed-up
    clean-up get-rid-of hide show validate scaffold mock automate repair patch revert roll-back
    restructure reformat allow expand introduce use load split keep cover make render hook-up call
    customise resize prevent catch containerise deprecate bring refuse persist reduce refresh`),
  /** Makes something: what, lies with the object alone. */
  produce:
    words(`write create generate produce prepare draft need want provide compose give come-up-with
    require miss missing lack put design deliver open have`),
  /** Passes judgement on what exists. */
  judge:
    words(`review check inspect critique evaluate assess examine look-at look-over go-over look-through
    have-a-look-at take-a-look-at have-a-look take-a-look give-feedback-on give-feedback comment-on
    give-comments-on compare verify judge rate double-check what-do-you-think what-do-you-think-of
    approve walk-through go-through validate have-a-look-through give-an-opinion-on opinion-on
    peer-review second-opinion-on feedback-on say-what-you-think-of criticise`),
  /** Searches what exists for something. */
  seek: words(`scan audit find look-for search search-for check-for detect identify list analyse investigate
    hunt hunt-for run perform do conduct test determine discover probe pick choose name report`),
  /** Makes things understood by readers. */
  explain: words(
    `document describe explain proofread outline illustrate clarify annotate comment spell-check`,
  ),
  /** Puts a pile of reports in order. */
  triage:
    words(`triage label prioritise re-prioritise rank sort assign close classify categorise group
    deduplicate reply-to reply ping decide escalate tag estimate reopen break-down break nudge order
    groom link split`),
  /** Asked of an assistant about anything. */
  everyday: words(`translate summarise plan book invite suggest recommend cook buy remind mail send
    celebrate paraphrase tell imagine organise transcribe brainstorm congratulate`),
} as const

export type VerbGroup = keyof typeof verbGroups

export const nounClasses = {
  /** Parts of software, and what it is made with. */
  code: words(`code function method class module component endpoint api feature script library screen form
    button widget field column row query schema database table index test unit-test parser client server
    service controller handler helper hook middleware migration build pipeline ci workflow bot app
    application website dialog modal menu sidebar tracker queue cache cli command flag option setting
    dockerfile docker kubernetes helm terraform c# typescript javascript python java rust go kotlin blazor
    asp.net .net react vue angular node sql html css json xml yaml csv regex algorithm interface type enum
    array variable loop exception error bug crash hotfix login logout signup checkout webhook websocket
    request response header cookie session job scheduler cron worker thread lock memory-leak
    race-condition timeout retry backend frontend ui user-interface dark-mode plugin extension integration
    scanner generator importer exporter store viewer editor picker wizard dashboard view template layout
    animation spinner toggle pagination filter upload download export import sync batch stream parameter
    environment-variable connection transaction sdk framework linter compiler renderer engine system
    microservice architecture stack-trace stack codebase code-base repository repo hot-path data-model
    e2e-test integration-test test-suite debounce adapter proxy router async callback tool prototype overlay popup tooltip panel banner
    screen-reader config configuration attribute validation authentication logic constructor namespace
    search page-layout background-job rate-limit rate-limiting feature-flag design-system codename`),
  /** A piece of work that somebody has done and that others look at. */
  change:
    words(`pull-request merge-request pr mr diff patch commit change changeset branch implementation
    refactoring fix approach snippet code-review peer-review`),
  /** How good code is. */
  quality: words(`best-practice code-smell smell readability maintainability naming idiomatic solid
    code-quality clean-code error-handling design-pattern anti-pattern coding-guideline coding-standard
    correctness duplication complexity performance-problem performance-review maintainable readable lgtm
    test-coverage`),
  docs: words(`documentation doc readme guide user-guide tutorial manual wiki changelog release-note faq
    glossary handbook reference api-reference howto docstring jsdoc javadoc quick-start getting-started
    technical-writing code-comment inline-comment migration-guide troubleshooting-page runbook api-doc
    troubleshooting-guide api-documentation cookbook cheat-sheet knowledge-base man-page help-text
    walkthrough upgrade-note developer-guide contributing-guide docfile`),
  issue:
    words(`issue ticket backlog bug-report epic milestone label feature-request sprint duplicate
    stakeholder reporter triage story-point severity support-request customer-report assignee urgency
    bug-tracker`),
  /** Says by itself that safety is the matter. */
  security: words(`vulnerability vulnerable cve secret credential exploit injection sql-injection
    injection-flaw xss csrf ssrf owasp sast dast pentest penetration-test penetration threat-model
    threat-modelling compliance gdpr pci hipaa soc2 access-control sbom security-hole security-flaw
    security-scan security-audit security-scanning security-analysis malware backdoor leaked
    brute-force path-traversal privilege-escalation personal-data attack-surface attacker
    security-risk insecure deserialisation remote-code-execution licence-compliance license-compliance
    code-scanning secret-scanning dependency-scanning security-check api-key private-key open-port
    security-assessment security-review codeql security-problem hardening tampering
    spoofing session-fixation supply-chain leaked-token shell-injection hard-coded-password`),
  /** Carries known weaknesses: looked at, it is for security; changed, it is code. */
  supply: words(`dependency package image third-party-package licence license npm-dependency
    docker-image base-image certificate firewall`),
  everyday:
    words(`poem haiku song lyric lunch dinner breakfast recipe meal party trip itinerary holiday
    vacation birthday present gift joke weather movie film book podcast newspaper news novel story
    meeting meeting-note appointment invitation room flight hotel restaurant food e-mail email letter
    essay speech slogan toast resume boss relationship friend team-event capital country city match
    football music photo logo picture expense homework language french spanish german italian
    speaker competitor marketing press-release social-media tweet poster flyer farewell wedding
    horoscope workout diet hobby garden dog cat child school coffee tea wine training hosting-provider
    price people name`),
  /** Says little by itself: the words around it do. */
  light:
    words(`section page entry list report overview part chapter half description summary example
    checklist structure paragraph text piece diagram finding result answer comment note typo mistake
    detail feedback version content document copy sample explanation update outline file folder
    title heading instruction problem item recommendation map record inventory`),
  /** `#77`: what it is, lies with the verb. */
  reference: words('reference-number'),
  /** An act as a thing: `a review of …`, `security scan`. */
  act: words(`review scan audit assessment analysis inspection critique scanning feedback
    evaluation pass`),
} as const

export type NounClass = keyof typeof nounClasses

/** What may stand between the start of a request and its verb. */
export const fillers = new Set(
  words(`please pls kindly hi hello hey dear team all folks thanks ok so also then now just and quickly
    maybe perhaps somebody someone anybody could can would will should must shall may might you we i it
    be possible to like want need am needing asking let us let's again next first todo feat chore not
    only there for is are ask asap finally later that they he she this task id i'd`),
)

export const determiners = new Set(
  words(`a an the this that these those my your his her its our their all any each every both some no
    another one two three four five ten new whole entire open existing small short simple following
    attached below old more first last current latest newest good better nice public me us you
    stale known urgent most`),
)

/** After these a noun phrase is over; what follows is its complement. */
export const enders = new Set(
  words(`of in on for to with from by that which who whose where when before after and or but so is are
    was were has had have been does do did at into about because if whether how why what as between
    against under over than since until while per via without within using must should can could
    would will not needs need needed says`),
)

export const subordinators = new Set(
  words(`before after when while if because since once until although though whereas unless as`),
)

export const questionWords = new Set(
  words(`what which who how why when where is are does do can could was were should whose did has`),
)

/** Signs that a statement reports a defect. */
export const defects = new Set(
  words(`crash fail failing failed broken wrong throw hang freeze error exception bug slow incorrect
    nothing jump disappear stuck regression npe blank flicker refuse unexpected cannot can't doesn't
    red overflow lose`),
)

/** Headings of issue templates. */
export const templateHeadings = new Set(
  words(`bug describe-the-bug expected expected-behaviour expected-behavior actual-behaviour
    actual-behavior steps steps-to-reproduce to-reproduce reproduction acceptance-criteria user-story`),
)

/** Things that carry another's name in front: a `review queue` is a queue, a `document store` a store. */
export const deviceNouns = new Set(
  words(`store database db tracker bot queue app page feature widget tool button view form screen
    board system service scanner generator parser component endpoint api integration importer exporter
    template editor viewer picker upload dashboard workflow engine plugin model process policy`),
)

/** Parts of a text: near a document they are of it. */
export const textParts = new Set(
  words(`section page entry paragraph chapter part half diagram description example summary title heading
    explanation overview`),
)

/** Verbs that nobody uses of anything but software. */
export const softwareVerbs = new Set(
  words('implement refactor debug deploy migrate compile configure parse render containerise port'),
)
