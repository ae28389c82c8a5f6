/**
 * Tokens of a text, rather too many than too few, without the model's own tokenizer: a token for each
 * three UTF-8 bytes. English has about four letters to a token, source code three to four, and a
 * Chinese or Japanese character (three bytes) is about one. Not a bound: random letters and rare
 * scripts may take more, and then the settlement corrects it.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 3)
}
