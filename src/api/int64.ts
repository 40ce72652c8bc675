/** As Go's strconv.ParseInt reads a decimal; undefined for what is none or does not fit in 64 bits. Exact up to 2^53. */
export function parseInt64(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, exact) === exact ? value : undefined;
}
