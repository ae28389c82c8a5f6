/** What a peer needs to start: a database of its own and a place for its files. */
export type BenchContext = {
  /** Creates an empty database on the shared server and answers its connection URL. */
  readonly createDatabase: (name: string) => Promise<string>
  /** A new, empty directory that is removed when the bench ends. */
  readonly createDirectory: (name: string) => Promise<string>
  /** How many tasks may run at once; null leaves the choice to the peer's own advice. */
  readonly slots: number | null
}

/** Independent tasks: each sleeps for `ms`, or does nothing at all when that is 0. */
export type TaskLoad = { readonly count: number; readonly ms: number }

/** `layers` × `width` no-op tasks; each but those of the first layer needs two of the layer above. */
export type GraphLoad = { readonly layers: number; readonly width: number }

/** `chains` lines of `length` no-op tasks, side by side; each task needs the one before it. */
export type ChainLoad = { readonly chains: number; readonly length: number }

/** Times in ms, from the moment the first enqueue call was made. */
export type Timing = {
  /** When the last enqueue call had returned. */
  readonly enqueuedMs: number
  /** Tasks that had not completed by then: what is left to do after the enqueueing. */
  readonly remaining: number
  /** When the last completion was known to be committed. */
  readonly totalMs: number
}

export type RunningPeer = {
  readonly tasks: (load: TaskLoad) => Promise<Timing>
  /** Absent where the peer has no dependencies between tasks. */
  readonly graph?: (load: GraphLoad) => Promise<Timing>
  /** From each task's end to its dependant's start, in ms. */
  readonly chains?: (load: ChainLoad) => Promise<readonly number[]>
  readonly stop: () => Promise<void>
}

export type Peer = {
  readonly name: string
  readonly version: string
  /** Where its state is kept, and how safe a finished task is. */
  readonly store: string
  /** True, or the reason why it cannot be measured on this machine. */
  readonly available: () => Promise<true | string>
  readonly start: (context: BenchContext) => Promise<RunningPeer>
}
