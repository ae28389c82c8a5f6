export { estimateTime } from './estimate-time.ts'
export { layerSizes, type SuggestedWidth, suggestWidth, widestLayer } from './suggest-width.ts'
