export type { Moment } from './moment.ts'
export { rateEfficiency } from './rate-efficiency.ts'
export type { PersonaName } from './registry.ts'
export { speak } from './speak.ts'
