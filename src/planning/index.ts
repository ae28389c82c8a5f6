export { layerSizes, type SuggestedWidth, suggestWidth, widestLayer } from './suggest-width.ts'
