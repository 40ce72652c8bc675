/**
 * What a plain (unquoted) YAML scalar means. Scenario files hold manifests, so scalars mean what they
 * mean to kubectl, whose YAML is 1.1 without base-60 numbers: `yes` and `on` are true, `010` is 8,
 * `0x10` is 16, `1_000` is 1000, a date is a string.
 * Mirrors sigs.k8s.io/yaml v1.6.0 goyaml.v2/resolve.go.
 */

const words: ReadonlyMap<string, boolean | null | number> = new Map<
  string,
  boolean | null | number
>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map(
    (word) => [word, Number.POSITIVE_INFINITY] as const,
  ),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const integerShapes: readonly (readonly [RegExp, number])[] = [
  [/^([-+]?)0[xX]([0-9a-fA-F]+)$/u, 16],
  [/^([-+]?)0[bB]([01]+)$/u, 2],
  [/^([-+]?)0[oO]?([0-7]+)$/u, 8],
  [/^([-+]?)(0|[1-9][0-9]*)$/u, 10],
];

const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u;

export function resolvePlain(text: string): string | number | boolean | null {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/u.test(text)) return text;
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  for (const [shape, base] of integerShapes) {
    const match = shape.exec(plain);
    if (match === null) continue;
    const size = base === 10 ? Number(match[2]) : Number.parseInt(match[2] ?? "", base);
    return match[1] === "-" ? 0 - size : size;
  }
  return decimal.test(plain) ? Number(plain) : text;
}
