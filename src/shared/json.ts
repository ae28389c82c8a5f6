/** What JSON can say. Outputs, inputs and reports are of this type when they cross a process. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }
