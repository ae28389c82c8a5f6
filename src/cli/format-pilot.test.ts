import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampleMetrics, samplePilot } from '../../test/mcp/sample-figures.ts'
import { formatPilotMetrics, formatPilotStatus } from './format-pilot.ts'

const look = { width: 78, colour: false }

test('a pilot with simulated models says so below its name, another does not', () => {
  for (const simulated of [true, false]) {
    const pages = [
      formatPilotStatus({ ...samplePilot, simulated }, look),
      formatPilotMetrics({ ...sampleMetrics, simulated }, look),
    ]
    for (const page of pages) assert.equal(/^trial .*\nSIMULATED: /.test(page), simulated, page)
  }
})
