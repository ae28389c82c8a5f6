import { type ConfigKey, configAliases, configKeys } from '../src/config/index.ts'
import { errorCatalogue } from '../src/shared/index.ts'

/** A page of the documentation that is made from code. */
export type ReferencePage = { readonly path: string; readonly text: string }

const generated = '<!-- Made by scripts/generate-docs.ts: change the code, not this page. -->'

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string) => `\`${text}\``

function typeOf(key: ConfigKey): string {
  return key.secret ? `${key.expected} (secret)` : key.expected
}

function configurationPage(): string {
  const keys = configKeys.map((key) => [
    code(key.key),
    code(key.env),
    typeOf(key),
    key.defaultText,
    key.meaning,
  ])
  const aliases = configAliases.map(({ file, env, key }) => [code(file), code(env), code(key)])
  return `${generated}

# Configuration

Nothing has to be configured. A setting is taken from, the later one winning:

1. its default,
2. the file: \`maniple.config.yaml\` in the working directory, or the one that \`--config\` or
   \`MANIPLE_CONFIG\` names (which must then exist),
3. the environment: each key has one variable; an empty variable counts as not set,
4. the command line, for the settings that have a flag.

Every problem is reported at once, one a line, and nothing starts. Relative paths in the file start
from the file, all others from the working directory; \`~/\` is the home directory.

${exampleFile}

## Keys

${table(['key', 'environment', 'type', 'default', 'meaning'], keys)}

## Agents

Each entry of \`agents\` is an agent command that callers over HTTP may name; they can never send a
command line of their own. A name holds a–z, 0–9 and dashes, and is neither \`model\` nor \`command\`.

${table(
  ['key', 'meaning'],
  [
    [code('command'), 'line for `sh -c`; the prompt comes on its stdin'],
    [code('repository'), 'path of the git repository to work on'],
    [code('check'), 'line for `sh -c`, run on the combined tree; optional'],
    [
      code('passEnvironment'),
      'names of environment variables that the command may see besides the usual few; optional',
    ],
  ],
)}

In the environment, \`MANIPLE_AGENTS\` holds the same map as JSON.

## Other names that are read

${table(['in the file', 'in the environment', 'means'], aliases)}

When such a name and the key itself are both given and differ, that is a problem. Names that
begin with \`COPILOT_\` are recognised but have no effect yet. \`models.github.ai\` and
\`models.inference.ai.azure.com\` are refused as addresses: both are retired.
`
}

/** The example on the configuration page; a test loads it. */
export const exampleConfig = `server:
  port: 8080
model:
  baseUrl: http://127.0.0.1:11434/v1
  name: qwen3-coder
  concurrency: 4
agents:
  fixer:
    command: my-agent --prompt-file "$MANIPLE_PROMPT_FILE"
    repository: ~/src/shop
    check: npm test
    passEnvironment: [MY_AGENT_API_KEY]
`

const exampleFile = ['```yaml', exampleConfig.trimEnd(), '```'].join('\n')

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(([name, entry]) => [
    code(name),
    String(entry.httpStatus),
    entry.isRetryable ? 'yes' : 'no',
    entry.meaning,
  ])
  return `${generated}

# Errors

Every error has a code that stays. Over HTTP it comes as \`application/problem+json\` with that
\`code\` and the status below; on a failed task it is in \`error.code\`. "Retried" tells whether
Maniple tries again by itself, as often as the run allows; a particular error may say otherwise.

${table(['code', 'HTTP', 'retried', 'meaning'], rows)}
`
}

/** Every generated page, by its path from the root of the repository. */
export function referencePages(): readonly ReferencePage[] {
  return [
    { path: 'docs/configuration.md', text: configurationPage() },
    { path: 'docs/errors.md', text: errorsPage() },
  ]
}
