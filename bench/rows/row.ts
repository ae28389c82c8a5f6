import type { GatewayPeer } from '../calls/contract.ts'
import type { Peer } from '../contract.ts'
import type { Host } from '../host.ts'
import type { Row } from '../report.ts'

export type RowContext = {
  readonly host: Host
  /** Those that can be measured here, Maniple first. */
  readonly peers: readonly Peer[]
  /** Other gateways to models that can be measured here. */
  readonly gateways: readonly GatewayPeer[]
  /** Fewer rounds and smaller loads: to see that it works, not to publish. */
  readonly quick: boolean
  readonly log: (line: string) => void
}

export type MeasureRow = (context: RowContext) => Promise<readonly Row[]>
