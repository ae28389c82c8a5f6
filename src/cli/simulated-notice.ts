import { type Config, modelsOf } from '../config/index.ts'

/** What to know about answers that no model gives, in lines of up to 78 characters; may be empty. */
export function simulatedNotice(config: Pick<Config, 'model' | 'models'>): string {
  const models = [...modelsOf(config).values()]
  const simulated = models.filter(({ provider }) => provider === 'simulated').length
  if (simulated === 0) return ''
  if (simulated < models.length) {
    return `SIMULATED are the answers of ${simulated} of the ${models.length} configured models.`
  }
  // With `models`, `model` counts for nothing.
  return Object.keys(config.models).length > 0
    ? 'All configured models are simulated ones: answers are SIMULATED.\nGive one in models another provider for real ones.'
    : 'No real model is configured: answers are SIMULATED.\nSet model.baseUrl and model.name for real ones.'
}
