/**
 * Resource quantities such as `500m` or `1.5Gi`: parsing, canonical printing, comparison and rounding,
 * with the results of apimachinery/pkg/api/resource (v0.37.2), quirks included: a quantity keeps the
 * spelling it was given where the parser takes it for canonical.
 */

export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** unscaled * 10^-scale, as gopkg.in/inf.v0 holds it. */
export interface BigDecimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** The parts of Go's resource.Quantity: `value * 10^scale`, or `big` where that is set. */
export interface Quantity {
  readonly value: bigint;
  readonly scale: number;
  readonly big?: BigDecimal;
  /** The cached spelling; "" where Go has to build it. */
  readonly text: string;
  readonly format: QuantityFormat;
}

export type ParsedQuantity =
  | { readonly ok: true; readonly quantity: Quantity }
  | { readonly ok: false; readonly error: string };

const WRONG_FORMAT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = "unable to parse numeric part of quantity";
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const NANO_DIGITS = 9;
const MAX_INT64_DIGITS = 18;

const DECIMAL_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const BINARY_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ["Ki", 10],
  ["Mi", 20],
  ["Gi", 30],
  ["Ti", 40],
  ["Pi", 50],
  ["Ei", 60],
]);
const DECIMAL_SUFFIXES = new Map([...DECIMAL_EXPONENTS].map(([suffix, exp]) => [exp, suffix]));
const BINARY_SUFFIXES = new Map([...BINARY_EXPONENTS].map(([suffix, exp]) => [exp, suffix]));

interface Pieces {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

/** Reads `text` as the API server does; surrounding white space is the caller's to trim. */
export function parseQuantity(text: string): ParsedQuantity {
  if (text === "") return { ok: false, error: WRONG_FORMAT };
  if (text === "0") return parsed({ value: 0n, scale: 0, text, format: "DecimalSI" });
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/.exec(text);
  if (match === null) return { ok: false, error: WRONG_FORMAT };
  const pieces: Pieces = {
    negative: match[1] === "-",
    whole: (match[2] ?? "").replace(/^0+/, "") || "0",
    fraction: match[3] ?? "",
    suffix: match[4] ?? "",
  };
  const meaning = meaningOf(pieces.suffix);
  if (meaning === undefined) return { ok: false, error: WRONG_SUFFIX };
  const small = parseSmall(text, pieces, meaning.exponent, meaning.format);
  if (small !== undefined) return parsed(small);
  // Go reads no digits as 0, but not into a big number.
  if (!/\d/.test((match[2] ?? "") + pieces.fraction)) return { ok: false, error: WRONG_NUMBER };
  return parsed(parseBig(pieces, meaning.exponent, meaning.format));
}

/** The canonical spelling, as the API prints it. */
export function printQuantity(quantity: Quantity): string {
  if (quantity.text !== "") return quantity.text;
  const { unscaled, scale } = decimalOf(quantity);
  if (unscaled === 0n) return "0";
  const format = printedFormat(quantity);
  if (format === "BinarySI") {
    const integer = unscaled / 10n ** BigInt(Math.max(scale, 0));
    const [amount, times] = withoutFactors(integer * 10n ** BigInt(Math.max(-scale, 0)), 1024n);
    return `${amount}${times === 0 ? "" : (BINARY_SUFFIXES.get(times * 10) ?? "")}`;
  }
  const [digits, tens] = withoutFactors(unscaled, 10n);
  let amount = digits;
  let exponent = tens - scale;
  for (; exponent % 3 !== 0; exponent--) amount *= 10n;
  const suffix =
    format === "DecimalSI"
      ? (DECIMAL_SUFFIXES.get(exponent) ?? "")
      : exponent === 0
        ? ""
        : `e${exponent}`;
  return `${amount}${suffix}`;
}

/** A quantity in JSON, a string or a number; absent counts as 0. Undefined if it is none. */
export function quantityOf(json: unknown): Quantity | undefined {
  if (json === undefined || json === null) {
    return { value: 0n, scale: 0, text: "0", format: "DecimalSI" };
  }
  if (typeof json !== "string" && typeof json !== "number") return undefined;
  const result = parseQuantity(String(json).trim());
  return result.ok ? result.quantity : undefined;
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const x = decimalOf(a);
  const y = decimalOf(b);
  const scale = Math.max(x.scale, y.scale);
  const difference = rescale(x, scale) - rescale(y, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Whole multiples of 10^-digits, rounded away from zero: 3 gives milli-units. */
export function scaledUp(quantity: Quantity, digits: number): bigint {
  const { unscaled, scale } = decimalOf(quantity);
  return scale <= digits
    ? rescale({ unscaled, scale }, digits)
    : ceilAway(unscaled, scale - digits);
}

/** MilliValue: 500 for `500m`; what is no quantity counts as 0. */
export function milliOfQuantity(json: unknown): number {
  const quantity = quantityOf(json);
  return quantity === undefined ? 0 : Number(scaledUp(quantity, 3));
}

/** How a number of milli-units is printed: `500m`, `2`. */
export function printMilli(milli: number): string {
  return printQuantity({ value: BigInt(milli), scale: -3, text: "", format: "DecimalSI" });
}

/** RoundUp: the quantity with at most `digits` digits after the point. */
export function roundQuantityUp(quantity: Quantity, digits: number): Quantity {
  const { unscaled, scale } = decimalOf(quantity);
  if (scale <= digits && quantity.big === undefined) return quantity;
  const rounded = scaledUp({ ...quantity, value: unscaled, scale: -scale }, digits);
  const rest = { scale: -digits, text: "", format: quantity.format };
  return quantity.big === undefined
    ? { value: rounded, ...rest }
    : {
        value: 0n,
        scale: 0,
        big: { unscaled: rounded, scale: digits },
        text: "",
        format: rest.format,
      };
}

function decimalOf(quantity: Quantity): BigDecimal {
  return quantity.big ?? { unscaled: quantity.value, scale: -quantity.scale };
}

function parsed(quantity: Quantity): ParsedQuantity {
  return { ok: true, quantity };
}

function meaningOf(suffix: string): { exponent: number; format: QuantityFormat } | undefined {
  const decimal = DECIMAL_EXPONENTS.get(suffix);
  if (decimal !== undefined) return { exponent: decimal, format: "DecimalSI" };
  const binary = BINARY_EXPONENTS.get(suffix);
  if (binary !== undefined) return { exponent: binary, format: "BinarySI" };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  return exponent === undefined
    ? undefined
    : { exponent: Number(exponent), format: "DecimalExponent" };
}

/** Up to 18 digits: Go's int64 form; undefined where Go falls back to big numbers. */
function parseSmall(
  text: string,
  { negative, whole, fraction }: Pieces,
  exponent: number,
  format: QuantityFormat,
): Quantity | undefined {
  const binary = format === "BinarySI";
  if (binary && fraction !== "") return undefined;
  const room = binary
    ? 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
    : MAX_INT64_DIGITS - whole.length - fraction.length;
  const scale = (binary ? 0 : exponent) - fraction.length;
  if (room < 0 || scale < -NANO_DIGITS) return undefined;
  const digits = whole + fraction;
  const magnitude = BigInt(digits) * (binary ? 2n ** BigInt(exponent) : 1n);
  const value = negative ? -magnitude : magnitude;
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  const canonical = binary
    ? BigInt(digits) % 8n !== 0n
    : scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
  return { value, scale, text: canonical ? text : "", format };
}

function parseBig(
  { negative, whole, fraction }: Pieces,
  exponent: number,
  format: QuantityFormat,
): Quantity {
  let magnitude = BigInt(whole + fraction);
  let scale = fraction.length;
  if (format === "BinarySI") magnitude *= 2n ** BigInt(exponent);
  else scale -= exponent;
  if (magnitude !== 0n) {
    magnitude =
      scale <= NANO_DIGITS
        ? magnitude * 10n ** BigInt(NANO_DIGITS - scale)
        : ceilAway(magnitude, scale - NANO_DIGITS);
    scale = NANO_DIGITS;
  }
  const unit = 10n ** BigInt(Math.max(scale, 0));
  if (format === "BinarySI" && magnitude > INT64_MAX * unit) {
    magnitude = INT64_MAX;
    scale = 0;
  }
  const below1 = format === "BinarySI" && magnitude > 0n && scale > 0 && magnitude < unit;
  const unscaled = negative ? -magnitude : magnitude;
  const shown = below1 ? "DecimalSI" : format;
  return { value: 0n, scale: 0, big: { unscaled, scale }, text: "", format: shown };
}

/** Binary suffixes are for whole numbers from 1024 on; others print in decimal. */
function printedFormat(quantity: Quantity): QuantityFormat {
  if (quantity.format !== "BinarySI") return quantity.format;
  const { unscaled, scale } = decimalOf(quantity);
  const unit = 10n ** BigInt(Math.max(scale, 0));
  const whole = unscaled % unit === 0n;
  const small = unscaled > -1024n * unit && unscaled < 1024n * unit && scale >= 0;
  return whole && !small ? "BinarySI" : "DecimalSI";
}

function rescale({ unscaled, scale }: BigDecimal, digits: number): bigint {
  return unscaled * 10n ** BigInt(digits - scale);
}

function ceilAway(unscaled: bigint, digits: number): bigint {
  const divisor = 10n ** BigInt(digits);
  const quotient = unscaled / divisor;
  if (unscaled % divisor === 0n) return quotient;
  return unscaled < 0n ? quotient - 1n : quotient + 1n;
}

function withoutFactors(value: bigint, factor: bigint): [bigint, number] {
  let rest = value;
  let times = 0;
  for (; rest !== 0n && rest % factor === 0n; times++) rest /= factor;
  return [rest, times];
}
