export { createServer } from './create-server.ts'
export type { Access, HttpDependencies, Readiness } from './http-dependencies.ts'
export { closeServer, listen } from './listen.ts'
