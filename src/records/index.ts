export { findCachedResult, keepCachedResult } from './cached-results/cached-results.ts'
