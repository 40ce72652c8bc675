/**
 * kubectl explain, from the table of Go types. Field names, types, required marks and values are the
 * API's; descriptions are rollsim's own and few: most are left out, and say so.
 */
import { fieldsByJsonName, schemaOf, type TypeInfo } from "../../apiserver/schema.ts";
import type { KindInfo } from "../../api/client.ts";
import type { Call } from "../call.ts";
import { exitWith, fail, failUsage, goQuote } from "../errors.ts";
import { enumValues, requiredFields } from "../explain-facts.ts";
import { compareText } from "../fields.ts";
import { findKind } from "../resources.ts";

interface Node {
  readonly name: string;
  readonly type: TypeInfo;
  /** Type of the struct that has the field; "" for the kind itself. */
  readonly parent: string;
}

export function explain(call: Call): void {
  const [path, ...more] = call.args;
  if (path === undefined) {
    call.io.err(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete ' +
        "list of supported resources.\n\n",
    );
    return failUsage("resource not specified", "explain");
  }
  if (more.length > 0) failUsage("We accept only this format: explain RESOURCE", "explain");
  const format = call.flags.text("output");
  if (format !== "plaintext" && format !== "plaintext-openapiv2") {
    fail(`unrecognized format: ${format}`);
  }
  const { kind, fields } = resolvePath(call, path);
  const head = kind.group === "" ? "" : `GROUP:      ${kind.group}\n`;
  call.io.out(`${head}KIND:       ${kind.kind}\nVERSION:    ${kind.version}\n\n`);
  const root = rootType(kind);
  const node = walk({ name: kind.kind, type: root, parent: "" }, fields);
  if (fields.length > 0) {
    call.io.out(`FIELD: ${node.name} <${typeName(node.type)}>\n\n\n`);
  }
  call.io.out(`DESCRIPTION:\n    ${descriptionOf(node)}\n    \n`);
  const struct = structOf(node.type);
  if (struct !== undefined) {
    const recursive = call.flags.bool("recursive");
    call.io.out(
      `FIELDS:\n${fieldLines(struct, recursive ? "recursive" : "flat", 1, []).join("\n")}\n`,
    );
  }
  call.io.out("\n");
}

function resolvePath(
  call: Call,
  path: string,
): { readonly kind: KindInfo; readonly fields: readonly string[] } {
  const words = path.split(".");
  for (let length = words.length; length > 0; length -= 1) {
    const kind = findKind(call.io.client, words.slice(0, length).join("."));
    if (kind !== undefined) return { kind, fields: words.slice(length) };
  }
  return exitWith(`the server doesn't have a resource type ${goQuote(words[0] ?? "")}`);
}

function rootType(kind: KindInfo): TypeInfo {
  const version = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
  return schemaOf(version, kind.kind) ?? fail(`rollsim knows no fields of ${kind.kind}`);
}

function walk(root: Node, fields: readonly string[]): Node {
  let node = root;
  for (const name of fields) {
    const struct = structOf(node.type);
    const field = struct === undefined ? undefined : fieldsByJsonName(struct).get(name);
    if (struct === undefined || field === undefined) fail(`field ${goQuote(name)} does not exist`);
    node = { name, type: field.type, parent: bare(struct.name) };
  }
  return node;
}

/** The struct behind pointers, lists and maps; undefined for scalars and what JSON shows as one value. */
function structOf(type: TypeInfo): Extract<TypeInfo, { kind: "struct" }> | undefined {
  if (type.kind === "struct") return type;
  const nested = type.kind === "pointer" || type.kind === "slice" || type.kind === "map";
  return nested ? structOf(type.element) : undefined;
}

function bare(goName: string): string {
  return goName.replace(/^.*\./, "");
}

const scalarNames: Readonly<Record<string, string>> = {
  string: "string",
  bool: "boolean",
  int: "integer",
  bytes: "string",
  quantity: "Quantity",
  intOrString: "IntOrString",
  time: "string",
  microTime: "string",
};

function typeName(type: TypeInfo): string {
  switch (type.kind) {
    case "pointer":
      return typeName(type.element);
    case "slice":
      return `[]${typeName(type.element)}`;
    case "map":
      return `map[string]${typeName(type.element)}`;
    case "struct":
    case "any":
      return bare(type.name);
    default:
      return scalarNames[type.kind] ?? "string";
  }
}

function isRequired({ name, parent }: Node): boolean {
  return (requiredFields[parent] ?? "").split(" ").includes(name);
}

function fieldLines(
  struct: Extract<TypeInfo, { kind: "struct" }>,
  depth: "recursive" | "flat",
  level: number,
  above: readonly string[],
): string[] {
  const pad = "  ".repeat(level);
  const fields = [...fieldsByJsonName(struct).values()].toSorted((a, b) =>
    compareText(a.jsonName, b.jsonName),
  );
  return fields.flatMap((field) => {
    const node = { name: field.jsonName, type: field.type, parent: bare(struct.name) };
    const values = enumValues[node.parent]?.[node.name];
    const head = `${pad}${node.name}\t<${typeName(node.type)}>${isRequired(node) ? " -required-" : ""}`;
    const lines = [head, ...(values === undefined ? [] : [`${pad}enum: ${values}`])];
    if (depth === "flat") return [...lines, `${pad}  ${descriptionOf(node)}`, ""];
    const inner = structOf(node.type);
    // Types that contain themselves are not unfolded again.
    if (inner === undefined || above.includes(inner.name)) return lines;
    return [...lines, ...fieldLines(inner, depth, level + 1, [...above, inner.name])];
  });
}

/** By type, then field; "" describes the type itself. */
const descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Deployment: {
    spec: "What the Deployment is to be: how many pods, of which template, replaced how.",
    status: "What the controller saw last.",
  },
  DeploymentSpec: {
    minReadySeconds: "Seconds for which a pod must stay ready before it counts as available; 0.",
    paused: "While true, new templates are not rolled out; scaling still works.",
    progressDeadlineSeconds: "Seconds without progress after which the rollout has failed; 600.",
    replicas: "Pods wanted; 1.",
    revisionHistoryLimit: "Old ReplicaSets of size 0 to keep for an undo; 10.",
    selector: "Which pods belong to it; must match the template's labels and cannot be changed.",
    strategy: "How old pods are replaced by new ones.",
    template: "The pods to make.",
  },
  DeploymentStrategy: {
    rollingUpdate: "Limits of a RollingUpdate.",
    type: "RollingUpdate replaces pods step by step, Recreate removes all old ones first.",
  },
  RollingUpdateDeployment: {
    maxSurge: "Pods above `replicas` at most, a number or a percentage rounded up; 25%.",
    maxUnavailable: "Pods below `replicas` at most, a number or a percentage rounded down; 25%.",
  },
};

function descriptionOf({ name, parent }: Node): string {
  return descriptions[parent]?.[name] ?? "<description left out in rollsim>";
}
