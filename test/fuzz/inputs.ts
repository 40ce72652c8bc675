/** Inputs as nobody would write them, by grammar and by bytes. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";

export const root = fileURLToPath(
  new URL(import.meta.url.includes(".build") ? "../../../" : "../../", import.meta.url),
);

export const seeds: readonly string[] = readdirSync(`${root}scenarios`)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(`${root}scenarios/${name}`, "utf8"));

/** What tends to break readers. */
const spices = [
  "~",
  "null",
  "-1",
  "1e999",
  "0x10",
  "010",
  "1_000",
  ".inf",
  "2147483648",
  "9223372036854775808",
  "true",
  "yes",
  "''",
  '""',
  "[]",
  "{}",
  "[[[[[[[[[[",
  "{{{{{{{{",
  "&a [*a]",
  "*b",
  "<<: *c",
  "!!binary x",
  "!!js/function f",
  "? x",
  "|",
  ">-",
  "---",
  "...",
  "\t",
  "\u0000",
  "\uFEFF",
  "\u2028",
  "__proto__: { polluted: true }",
  "constructor: { prototype: 1 }",
  "25%",
  "101%",
  "-5%",
  "1h",
  "5",
  "1d",
  "99999999h",
  "{{",
  "}}",
  "${X}",
  "$(rm)",
  "deploy.web.status",
  "1 == 1 ||",
  "((((((",
  "size(",
  "web:*",
  "[^",
  "**",
  "a".repeat(300),
  "🚀",
  "\uD800",
  '"\\uD800"',
  "[".repeat(3000),
  `${"[".repeat(400)}${"]".repeat(400)}`,
  `${"{a: ".repeat(300)}1${"}".repeat(300)}`,
  "(".repeat(2000),
  "!".repeat(2000),
  "{ __proto__: null }",
  "prototype",
  "constructor",
  "hasOwnProperty",
  "toString",
  "valueOf: 1",
] as const;

/** Names that every object of JavaScript has, and other keys that are none. */
const keys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "metadata",
  "labels",
  "annotations",
  "spec",
  "replicas",
  "template",
  "containers",
  "status",
  "kind",
  "$patch",
  "$retainKeys",
  "$setElementOrder/containers",
  "$deleteFromPrimitiveList/finalizers",
  "a/b",
  "~0~1",
  "",
  "\uDFFF",
] as const;

const spice = fc.constantFrom(...spices);

/** Some lines changed, doubled, moved, cut or spiced. */
export const changes = fc.array(
  fc.tuple(
    fc.constantFrom("drop", "double", "swap", "value", "key", "indent", "insert", "cut"),
    fc.nat(200),
    spice,
  ),
  { minLength: 1, maxLength: 6 },
);

/** A scenario of ours with some lines changed, doubled, moved, cut or spiced. */
export const scenarioText: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...seeds), changes)
  .map(([seed, all]) => all.reduce(change, seed));

export function change(
  text: string,
  [how, where, what]: readonly [string, number, string],
): string {
  const lines = text.split("\n");
  const i = where % lines.length;
  const line = lines[i]!;
  switch (how) {
    case "drop":
      lines.splice(i, 1);
      break;
    case "double":
      lines.splice(i, 0, line);
      break;
    case "swap":
      [lines[i], lines[(i + 1) % lines.length]] = [lines[(i + 1) % lines.length]!, line];
      break;
    case "value":
      lines[i] = line.replace(/:.*$/, `: ${what}`);
      break;
    case "key":
      lines[i] = line.replace(/[\w.]+:/, `${what}:`);
      break;
    case "indent":
      lines[i] = ` ${line}`;
      break;
    case "insert":
      lines.splice(i, 0, what);
      break;
    default:
      return lines.slice(0, i).join("\n") + line.slice(0, where % (line.length + 1));
  }
  return lines.join("\n");
}

/** Bytes that need not even be text. */
export const bytes: fc.Arbitrary<string> = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((raw) => new TextDecoder().decode(raw)),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.json({ maxDepth: 6 }),
);

const verbs = [
  "get",
  "describe",
  "create",
  "apply",
  "delete",
  "patch",
  "replace",
  "set image",
  "set env",
  "set resources",
  "set selector",
  "scale",
  "autoscale",
  "annotate",
  "label",
  "expose",
  "rollout status",
  "rollout history",
  "rollout undo",
  "rollout pause",
  "rollout resume",
  "rollout restart",
  "wait",
  "diff",
  "explain",
  "events",
  "version",
  "api-resources",
  "logs",
  "edit",
  "frobnicate",
  "",
] as const;

const words = [
  "deploy",
  "deployment",
  "deployments.apps",
  "rs",
  "pods",
  "po",
  "svc",
  "all",
  "hpa",
  "deploy/web",
  "deployment/nope",
  "rs/web",
  "web",
  "web=web:v2",
  "web=",
  "=x",
  "*=web:v3",
  "A=1",
  "A-",
  "a=b",
  "--replicas=3",
  "--replicas=-1",
  "--replicas=x",
  "-o",
  "yaml",
  "json",
  "-owide",
  "-o=name",
  "jsonpath={.metadata.name}",
  "-o",
  "jsonpath={..}",
  "jsonpath={.x[?(@.y==",
  "custom-columns=A:.b",
  "-n",
  "default",
  "nope",
  "-A",
  "-l",
  "app=web",
  "app in (web",
  "--watch=false",
  "--timeout=5s",
  "--timeout=x",
  "--revision=1",
  "--to-revision=99",
  "--to-revision=-1",
  "--dry-run=client",
  "--dry-run=server",
  "--dry-run=maybe",
  "--for=condition=Available",
  "--for=delete",
  "--for=jsonpath={.status.replicas}=3",
  "-f",
  "-",
  "nope.yaml",
  "--all",
  "--record",
  "--type=merge",
  "--type=json",
  "-p",
  '{"spec":{"replicas":2}}',
  "[{}]",
  "{",
  "--min=1",
  "--max=3",
  "--port=80",
  "--",
  "'",
  '"',
  "`",
  "&&",
  "#",
  "\\",
  "-",
  "--sort-by=.metadata.name",
  "--show-labels",
  "-w",
  "--help",
] as const;

/** Objects with such keys, some of them deep. */
const oddObject: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.constantFrom(...keys), { minLength: 1, maxLength: 5 }),
    fc.constantFrom("null", "1", '"x"', "[]", "{}", '{"polluted":true}', '[{"name":"web"}]'),
    fc.constantFrom(1, 1, 1, 300),
  )
  .map(([path, leaf, times]) => {
    const open = path.map((key) => `{${JSON.stringify(key)}:`).join("");
    return `${open.repeat(times)}${leaf}${"}".repeat(path.length * times)}`;
  });

const pointer = fc
  .array(fc.constantFrom(...keys, "0", "-", "01", "99"), { maxLength: 4 })
  .map((path) => path.map((key) => `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""));

const operation = fc
  .tuple(
    fc.constantFrom("add", "replace", "remove", "test", "move", "copy", "fly"),
    pointer,
    pointer,
    oddObject,
  )
  .map(([op, path, from, value]) => {
    const [a, b] = [JSON.stringify(path), JSON.stringify(from)];
    return `{"op":"${op}","path":${a},"from":${b},"value":${value}}`;
  });

/** Patches of all types, labels, annotations and paths with odd keys. */
const oddLine: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.constantFrom("merge", "strategic", "json"), oddObject)
    .map(([type, patch]) => `patch deploy web --type=${type} -p '${patch}'`),
  fc
    .array(operation, { maxLength: 3 })
    .map((operations) => `patch deploy web --type=json -p '[${operations.join(",")}]'`),
  fc
    .tuple(fc.constantFrom("label", "annotate"), fc.constantFrom(...keys), spice)
    .map(([verb, key, value]) => `${verb} deploy web '${key}=${value.replaceAll("'", "")}'`),
  fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom(...keys))
    .map(([a, b]) => `get deploy web -o 'jsonpath={.${a}.${b}}'`),
  fc
    .constantFrom(...keys)
    .map((key) => `get deploy -l '${key}' -o 'custom-columns=A:.${key}' --sort-by='.${key}'`),
  fc.constantFrom(...keys).map((key) => `set env deploy web '${key}=1'`),
  fc.constantFrom(...keys).map((key) => `explain 'deploy.${key}'`),
  fc.constantFrom(...keys).map((key) => `get '${key}'`),
  fc
    .constantFrom(...keys)
    .map((key) => `wait deploy web --for='jsonpath={.${key}}=1' --timeout=1s`),
);

export const oddKubectlLine: fc.Arbitrary<string> = oddLine.map((line) => `kubectl ${line}`);

export const kubectlLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...verbs),
    fc.array(fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...words) }, spice), {
      maxLength: 6,
    }),
  )
  .map(([verb, rest]) => ["kubectl", verb, ...rest].join(" "));

export const scheduleText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("fresh", "random", "", "DRdrp.", "x", "D R"),
  fc
    .array(fc.constantFrom("d", "r", "p", "D", "R", "2", "5", "."), { maxLength: 60 })
    .map((l) => l.join("")),
);
