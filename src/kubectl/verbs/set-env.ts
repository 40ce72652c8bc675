/**
 * kubectl set env. Mirrors kubectl/pkg/cmd/set/set_env.go (v0.37.2); --resolve looks up keys of config maps and
 * secrets, not fields.
 */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { base64Text } from "../../api/base64.ts";
import { compareText } from "../../api/order.ts";
import { fail, failAll, goQuote } from "../errors.ts";
import { at, isMap, list, map, sortedKeys, text, type JsonMap } from "../fields.ts";
import { containersMatching, mapContainers, podSpecPath } from "../mutate.ts";
import { isLocal, resolve } from "../resolve.ts";
import { refuseVariableName } from "../pairs.ts";
import {
  beginWriting,
  oneOrMoreResources,
  refuseAllWithSelector,
  refuseLocalOnServer,
  resolveForSet,
  runSet,
} from "./set-common.ts";

interface Edits {
  readonly variables: readonly JsonMap[];
  readonly removed: readonly string[];
}

export function setEnv(call: Call): void {
  refuseAllWithSelector(call);
  const first = call.args.findIndex((word) => isEnvironment(word));
  const resources = first < 0 ? call.args : call.args.slice(0, first);
  const words = first < 0 ? [] : call.args.slice(first);
  if (words.some((word) => !isEnvironment(word))) {
    fail(`all resources must be specified before environment changes: ${call.args.join(" ")}`);
  }
  const writing = beginWriting(call);
  refuseLocalOnServer(writing);
  // A folder of -k is no file to it.
  if (resources.length === 0 && call.flags.list("filename").length === 0) fail(oneOrMoreResources);
  if (call.flags.bool("list") && call.flags.text("output") !== "") {
    fail("--list and --output may not be specified together");
  }
  if (call.flags.list("keys").length > 0 && call.flags.text("from") === "") {
    fail("when specifying --keys, a configmap or secret must be provided with --from");
  }
  const edits = withPrefix(call, readEdits(call, words));
  const selection = resolveForSet(call, resources, "overlooked");
  failAll(selection.problems);
  if (call.flags.bool("list")) {
    for (const info of selection.infos) listVariables(call, edited(call, info.object, edits));
    return;
  }
  runSet(call, writing, selection, {
    done: "env updated",
    refused: "failed to patch env update to pod template:",
    change(object, problems) {
      const clash = call.flags.bool("overwrite") ? undefined : overwriting(call, object, edits);
      if (clash === undefined) return edited(call, object, edits);
      const name = `${object.kind.toLowerCase()}s/${object.metadata.name}`;
      problems.push({ text: `error: ${name} ${clash}\n` });
      return undefined;
    },
  });
}

function isEnvironment(word: string): boolean {
  return word.lastIndexOf("=") > 0 || word.endsWith("-");
}

function readEdits(call: Call, words: readonly string[]): Edits {
  const variables: JsonMap[] = [];
  const removed: string[] = [];
  for (const word of [...call.flags.list("env"), ...words]) {
    const equals = word.indexOf("=");
    if (word === "-") {
      const lines = (call.io.stdin ?? "").split("\n").filter((l) => /^[^#=]+=/.test(l));
      variables.push(...lines.map((l) => variableOf(l, l.indexOf("="))));
    } else if (equals >= 0) variables.push(variableOf(word, equals));
    else if (word.endsWith("-")) removed.push(word.slice(0, -1));
    else fail(`unknown environment variable: ${word}`);
  }
  if (variables.some((variable) => removed.includes(text(variable, "name")))) {
    fail("can not both modify and remove the same environment variable in the same command");
  }
  return { variables: [...variables, ...variablesFrom(call)], removed };
}

function variableOf(word: string, equals: number): JsonMap {
  const name = word.slice(0, equals);
  refuseVariableName(name);
  return { name, value: word.slice(equals + 1) };
}

/** --from=configmap/name or secret/name: one variable per key. */
function variablesFrom(call: Call): readonly JsonMap[] {
  const from = call.flags.text("from");
  if (from === "") return [];
  // With --local it looks into the files instead.
  const args = isLocal(call) ? [] : [from];
  const { infos, problems } = resolve(call, { bareType: "refused", args });
  failAll(problems);
  const wanted = call.flags.list("keys");
  return infos.flatMap(({ object }) => {
    const refKey = { ConfigMap: "configMapKeyRef", Secret: "secretKeyRef" }[object.kind];
    if (refKey === undefined) return fail("unsupported resource specified in --from");
    return sortedKeys(map(object, "data"))
      .filter((key) => wanted.length === 0 || wanted.includes(key))
      .map((key) => ({
        name: variableName(call, key),
        valueFrom: { [refKey]: { name: object.metadata.name, key } },
      }));
  });
}

/** A key as the name of a variable; told when it becomes another one. */
function variableName(call: Call, key: string): string {
  const name = key.toUpperCase().replaceAll(/[^A-Z0-9_]/g, "_");
  if (name !== key) call.warn([`key ${key} transferred to ${name}`]);
  return name;
}

function withPrefix(call: Call, edits: Edits): Edits {
  const prefix = call.flags.text("prefix");
  if (prefix === "") return edits;
  return {
    ...edits,
    variables: edits.variables.map((v) => ({ ...v, name: prefix + text(v, "name") })),
  };
}

function edited(call: Call, object: KubeObject, edits: Edits): KubeObject {
  const pattern = call.flags.text("containers");
  const matched = containersMatching(object, pattern);
  if (matched.length === 0) {
    const name = `${object.kind}/${object.metadata.name}`;
    call.warn([`${name} does not have any containers matching ${goQuote(pattern)}`]);
  }
  return mapContainers(object, (container) => {
    if (!matched.includes(text(container, "name"))) return container;
    const env = updated(
      list(container, "env").map((v) => map(v)),
      edits,
    );
    const { env: _, ...rest } = container;
    return env.length === 0 ? rest : { ...rest, env };
  });
}

/** Known variables stay where they are, new ones go to the end. */
function updated(existing: readonly JsonMap[], edits: Edits): readonly JsonMap[] {
  const names = new Map(edits.variables.map((variable) => [text(variable, "name"), variable]));
  const kept = existing
    .filter((variable) => !edits.removed.includes(text(variable, "name")))
    .map((variable) => names.get(text(variable, "name")) ?? variable);
  const present = new Set(kept.map((variable) => text(variable, "name")));
  return [...kept, ...[...names.values()].filter((v) => !present.has(text(v, "name")))];
}

function overwriting(call: Call, object: KubeObject, edits: Edits): string | undefined {
  const matched = containersMatching(object, call.flags.text("containers"));
  const containers = list(object, ...(podSpecPath(object) ?? []), "containers").filter((c) =>
    matched.includes(text(c, "name")),
  );
  for (const variable of containers.flatMap((c) => list(c, "env"))) {
    const name = text(variable, "name");
    const given = edits.variables.find((edit) => text(edit, "name") === name);
    if (given !== undefined && text(given, "value") !== text(variable, "value")) {
      return `'${name}' already has a value (${text(variable, "value")}), and --overwrite is false`;
    }
  }
  return undefined;
}

function listVariables(call: Call, object: KubeObject): void {
  const path = podSpecPath(object) ?? [];
  const containers = [
    ...list(object, ...path, "containers"),
    ...list(object, ...path, "initContainers"),
  ];
  const matched = containersMatching(object, call.flags.text("containers"));
  for (const container of containers) {
    if (!matched.includes(text(container, "name"))) continue;
    const name = `${object.kind} ${object.metadata.name}, container ${text(container, "name")}`;
    call.io.out(`# ${name}\n`);
    const unresolved: (readonly [string, string])[] = [];
    for (const variable of list(container, "env")) {
      const from = at(variable, "valueFrom");
      const key = text(variable, "name");
      const value = isMap(from) ? resolved(call, object, from) : { value: text(variable, "value") };
      if ("error" in value) unresolved.push([value.error, key]);
      call.io.out(
        "value" in value ? `${key}=${value.value}\n` : `# ${key} from ${refText(map(from))}\n`,
      );
    }
    const errors = [...new Set(unresolved.map(([error]) => error))];
    const lines = errors.map((error) => {
      const keys = unresolved.filter(([each]) => each === error).map(([, key]) => key);
      return `error retrieving reference for ${keys.join(", ")}: ${error}\n`;
    });
    for (const each of lines.toSorted(compareText)) call.io.err(each);
  }
}

type Resolved = { readonly value: string } | { readonly error: string } | { readonly left: true };

/** --resolve: the value behind a reference, if it is there; fields are those of the object itself. */
function resolved(call: Call, object: KubeObject, from: JsonMap): Resolved {
  if (!call.flags.bool("resolve")) return { left: true };
  for (const [refKey, resource] of [
    ["configMapKeyRef", "configmaps"],
    ["secretKeyRef", "secrets"],
  ] as const) {
    const name = text(from, refKey, "name");
    if (name === "") continue;
    const found = call.io.client.get({ resource, name, namespace: call.namespace });
    if (!found.ok) return { error: found.status.message };
    const key = text(from, refKey, "key");
    const value = at(found.value, "data", key);
    const kind = resource === "secrets" ? "secret" : "config map";
    if (typeof value !== "string") return { error: `key ${key} not found in ${kind} ${name}` };
    return { value: resource === "secrets" ? base64Text(value) : value };
  }
  const path = text(from, "fieldRef", "fieldPath");
  if (path === "") return { left: true };
  if (["metadata.name", "metadata.namespace", "metadata.uid"].includes(path)) {
    return { value: text(object, ...path.split(".")) };
  }
  const [, field = "", key = ""] = /^metadata\.(labels|annotations)\['(.*)'\]$/u.exec(path) ?? [];
  if (field !== "") return { value: text(object, "metadata", field, key) };
  return { error: `unsupported fieldPath: ${path}` };
}

function refText(from: JsonMap): string {
  const config = from["configMapKeyRef"];
  if (isMap(config)) return `configmap ${text(config, "name")}, key ${text(config, "key")}`;
  const secret = from["secretKeyRef"];
  if (isMap(secret)) return `secret ${text(secret, "name")}, key ${text(secret, "key")}`;
  const field = from["fieldRef"];
  if (isMap(field)) return `field path ${text(field, "fieldPath")}`;
  return `resource field ${text(from, "resourceFieldRef", "resource")}`;
}
