type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

/** Where a module reports what happened: fixed text plus fields, an error in the field `err`. */
export type Log = { readonly info: Write; readonly warn: Write; readonly error: Write }
