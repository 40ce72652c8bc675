/**
 * Assertions by example: the fields that are named must be equal, everything else is free. Items of a
 * list are found by their merge key (`name`, `type`, `containerPort`, ...), others by position.
 */
import type { KubeObject } from "../api/meta.ts";
import type { Span } from "./problem.ts";
import { omittedCounters } from "./world.ts";
import type { Located } from "./yaml.ts";

export interface Mismatch {
  /** `status.availableReplicas`, `spec.template.spec.containers[web].image`. */
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  /** Of the expected value, in the file. */
  readonly span: Span;
}

/** Empty if the object is as the example says. */
export function mismatches(example: Located, object: KubeObject): readonly Mismatch[] {
  const found: Mismatch[] = [];
  compare(example, withCounters(object), "", found);
  return found;
}

/** Counters that the API leaves out are zero. */
function withCounters(object: KubeObject): unknown {
  const counters = omittedCounters[object.kind];
  if (counters === undefined) return object;
  const zeros = Object.fromEntries(counters.map((counter) => [counter, 0]));
  const status = typeof object["status"] === "object" ? object["status"] : {};
  return { ...object, status: { ...zeros, ...status } };
}

function compare(example: Located, actual: unknown, path: string, found: Mismatch[]): void {
  if (example.entries !== undefined && isRecord(actual)) {
    for (const [name, { node }] of example.entries) {
      const value = Object.hasOwn(actual, name) ? actual[name] : undefined;
      compare(node, value, path === "" ? name : `${path}.${name}`, found);
    }
  } else if (example.items !== undefined && Array.isArray(actual)) {
    compareLists(example, actual, path, found);
  } else if (!equalScalars(example.value, actual)) {
    const { value, span } = example;
    found.push({ path, expected: shown(value), actual: shown(actual), span });
  }
}

/** In the order in which Kubernetes uses them; the first that an item has counts. */
const mergeKeys = ["name", "type", "containerPort", "port", "key", "ip", "uid", "mountPath"];

function compareLists(
  example: Located,
  actual: readonly unknown[],
  path: string,
  found: Mismatch[],
): void {
  const items = example.items ?? [];
  const keyed = items.length > 0 && items.every((item) => mergeKeyOf(item) !== undefined);
  if (!keyed && items.length !== actual.length) {
    const expected = `${items.length} items`;
    found.push({ path, expected, actual: `${actual.length} items`, span: example.span });
    return;
  }
  items.forEach((item, index) => {
    const key = keyed ? mergeKeyOf(item) : undefined;
    if (key === undefined) {
      compare(item, actual[index], `${path}[${index}]`, found);
      return;
    }
    const wanted = item.entries?.get(key)?.node.value;
    const match = actual.find((value) => isRecord(value) && value[key] === wanted);
    compare(item, match, `${path}[${String(wanted)}]`, found);
  });
}

function mergeKeyOf(item: Located): string | undefined {
  return mergeKeys.find((key) => {
    const value = item.entries?.get(key)?.node.value;
    return typeof value === "string" || typeof value === "number";
  });
}

/** `null` asks for a field that is not there. */
function equalScalars(expected: unknown, actual: unknown): boolean {
  return expected === null ? actual === undefined || actual === null : Object.is(expected, actual);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) return "absent";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
