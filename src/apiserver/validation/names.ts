/**
 * What names, labels, keys and ports may look like; each rule answers with the server's messages, none if
 * the text is fine (apimachinery util/validation, v0.37.2).
 */

export type NameRule = (text: string) => readonly string[];

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const UNDERSCORED_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const UNDERSCORED_SUBDOMAIN = `${UNDERSCORED_LABEL}(\\.${UNDERSCORED_LABEL})*`;
const KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const LABEL_VALUE = `(${KEY})?`;
const PERCENT = "[0-9]+%";
const HEADER = "[-A-Za-z0-9]+";
const CONFIG_KEY = "[-._a-zA-Z0-9]+";

const KEY_TEXT =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character";

const MAX_LABEL = 63;
const MAX_SUBDOMAIN = 253;

export function dnsLabel(text: string): readonly string[] {
  const long = tooLong(text, MAX_LABEL);
  if (matches(LABEL, text)) return long;
  if (matches(SUBDOMAIN, text)) return [...long, "must not contain dots"];
  const rule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must " +
    "start and end with an alphanumeric character";
  return [...long, ruleText(rule, LABEL, ["my-name", "123-abc"])];
}

export function dnsSubdomain(text: string): readonly string[] {
  const long = tooLong(text, MAX_SUBDOMAIN);
  if (matches(SUBDOMAIN, text)) return long;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
    "and must start and end with an alphanumeric character";
  return [...long, ruleText(rule, SUBDOMAIN, ["example.com"])];
}

/** A host with one leading asterisk, `*.example.com`. */
export function wildcardSubdomain(text: string): readonly string[] {
  const long = tooLong(text, MAX_SUBDOMAIN);
  const pattern = `\\*\\.${SUBDOMAIN}`;
  if (matches(pattern, text)) return long;
  const rule =
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must " +
    "consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
  return [...long, ruleText(rule, pattern, ["*.example.com"])];
}

export function dnsSubdomainWithUnderscore(text: string): readonly string[] {
  const long = tooLong(text, MAX_SUBDOMAIN);
  if (matches(UNDERSCORED_SUBDOMAIN, text)) return long;
  const rule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or " +
    "'.', and must start and end with an alphanumeric character";
  return [...long, ruleText(rule, UNDERSCORED_SUBDOMAIN, ["example.com"])];
}

/** A label or annotation key, `example.com/name`. */
export function qualifiedName(text: string): readonly string[] {
  const parts = text.split("/");
  const rule = ruleText(KEY_TEXT, KEY, ["MyName", "my.name", "123-abc"]);
  const prefixHint = " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  if (parts.length > 2) return [`a valid label key ${rule}${prefixHint}`];
  const name = parts.at(-1) ?? "";
  const errors: string[] = [];
  const prefix = parts.length === 2 ? parts[0] : undefined;
  if (prefix === "") errors.push("prefix part must be non-empty");
  else if (prefix !== undefined) {
    errors.push(...dnsSubdomainOf(prefix).map((error) => `prefix part ${error}`));
  }
  if (name === "") errors.push("name part must be non-empty");
  errors.push(...tooManyBytes(name, MAX_LABEL).map((error) => `name part ${error}`));
  if (!matches(KEY, name)) errors.push(`name part ${rule}`);
  return errors;
}

export function labelValue(text: string): readonly string[] {
  const long = tooManyBytes(text, MAX_LABEL);
  if (matches(LABEL_VALUE, text)) return long;
  const rule = `a valid label must be an empty string or ${KEY_TEXT.replace("must consist", "consist")}`;
  return [...long, ruleText(rule, LABEL_VALUE, ["MyValue", "my_value", "12345"])];
}

export function percent(text: string): readonly string[] {
  if (matches(PERCENT, text)) return [];
  const rule = "a valid percent string must be a numeric string followed by an ending '%'";
  return [ruleText(rule, PERCENT, ["1%", "93%"])];
}

export function headerName(text: string): readonly string[] {
  if (matches(HEADER, text)) return [];
  const rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return [ruleText(rule, HEADER, ["X-Header-Name"])];
}

export function configKey(text: string): readonly string[] {
  const rule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
  const shape = matches(CONFIG_KEY, text)
    ? []
    : [ruleText(rule, CONFIG_KEY, ["key.name", "KEY_NAME", "key-name"])];
  return [...tooLong(text, MAX_SUBDOMAIN), ...shape, ...parentDirectory(text)];
}

/** Environment variables: any printable ASCII but `=`. */
export function envName(text: string): readonly string[] {
  if (text === "") return ["environment variable name must be non-empty"];
  if (/^[\x20-\x3c\x3e-\x7e]*$/.test(text)) return [];
  const rule = "must consist only of printable ASCII characters other than '='";
  return [`a valid environment variable name ${rule}`];
}

export function portName(text: string): readonly string[] {
  const errors: string[] = [...tooLong(text, 15)];
  if (!/^[-a-z0-9]+$/.test(text)) {
    errors.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(text)) errors.push("must contain at least one letter (a-z)");
  if (text.includes("--")) errors.push("must not contain consecutive hyphens");
  if (/^-|-$/.test(text)) errors.push("must not begin or end with a hyphen");
  return errors;
}

export function portNumber(port: number): readonly string[] {
  return inRange(port, 1, 65_535);
}

export function inRange(value: number, least: number, most: number): readonly string[] {
  const fits = value >= least && value <= most;
  return fits ? [] : [`must be between ${least} and ${most}, inclusive`];
}

/** What any object's name may be: it has to fit into a URL path. */
export function pathSegment(text: string): readonly string[] {
  for (const name of [".", ".."]) if (text === name) return [`may not be '${name}'`];
  return ["/", "%"]
    .filter((part) => text.includes(part))
    .map((part) => `may not contain '${part}'`);
}

/** A prefix for generated names may end in a dash: it is judged without its last two letters. */
export function asPrefix(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;
}

function parentDirectory(text: string): readonly string[] {
  if (text === ".") return ["must not be '.'"];
  if (text === "..") return ["must not be '..'"];
  return text.startsWith("..") ? ["must not start with '..'"] : [];
}

/** Made when first needed. */
const wholeTexts = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let whole = wholeTexts.get(pattern);
  if (whole === undefined) wholeTexts.set(pattern, (whole = new RegExp(`^(?:${pattern})$`)));
  return whole.test(text) && !text.endsWith("\n");
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isLonger(text: string, bytes: number): boolean {
  // UTF-8 takes three bytes at most for what is one unit here.
  return 3 * text.length > bytes && byteLength(text) > bytes;
}

function tooLong(text: string, most: number): readonly string[] {
  return isLonger(text, most) ? [`must be no more than ${most} characters`] : [];
}

/** The newer label rules count aloud in bytes. */
function tooManyBytes(text: string, most: number): readonly string[] {
  return isLonger(text, most) ? [`must be no more than ${most} bytes`] : [];
}

function dnsSubdomainOf(prefix: string): readonly string[] {
  const [long = "", ...rest] = dnsSubdomain(prefix);
  return long.endsWith(" characters")
    ? [long.replace("characters", "bytes"), ...rest]
    : dnsSubdomain(prefix);
}

function ruleText(rule: string, pattern: string, examples: readonly string[]): string {
  const list = examples.map((example) => `'${example}', `).join(" or ");
  return `${rule} (e.g. ${list}regex used for validation is '${pattern}')`;
}
