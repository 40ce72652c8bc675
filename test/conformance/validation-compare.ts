/** Compares a played case with its recording: exit code, both streams, what is stored afterwards. */
import type { KubeObject } from "../../src/api/meta.ts";
import { jsonEqual } from "../../src/apiserver/equality.ts";
import type { Played, ValidationCase } from "./validation-play.ts";

/** One line for each thing that differs; none if all is the same. */
export function differences(recorded: ValidationCase, played: Played): readonly string[] {
  const streams = (["code", "stdout", "stderr"] as const).flatMap((what) => {
    const expected = masked(String(recorded[what]));
    const actual = masked(String(played[what]));
    return expected === actual
      ? []
      : [
          `${what}: expected ${JSON.stringify(expected)}`,
          `${what}: received ${JSON.stringify(actual)}`,
        ];
  });
  return [...streams, ...storedDifferences(storedOf(recorded), played.stored)];
}

function storedOf({ stored = [] }: ValidationCase): readonly KubeObject[] {
  return isList(stored) ? stored : [stored];
}

function isList(stored: KubeObject | readonly KubeObject[]): stored is readonly KubeObject[] {
  return Array.isArray(stored);
}

function storedDifferences(
  expected: readonly KubeObject[],
  actual: readonly KubeObject[],
): readonly string[] {
  const [left, right] = [expected.map(comparable), actual.map(comparable)];
  if (jsonEqual(left, right)) return [];
  const paths = left.length === right.length ? differingPaths("", left, right).slice(0, 5) : [];
  return [`stored: ${left.length} expected, ${right.length} received`, ...paths];
}

/** Times, ids and addresses differ from run to run; kubectl does not show who owns fields. */
function comparable(object: KubeObject): unknown {
  const {
    uid: _uid,
    resourceVersion: _version,
    managedFields: _owners,
    ...metadata
  } = object.metadata;
  const generated = (metadata.generateName ?? "") !== "";
  const name = generated ? `${metadata.generateName ?? ""}xxxxx` : metadata.name;
  const text = JSON.stringify({ ...object, metadata: { ...metadata, name } })
    .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"/g, '"TIME"')
    .replace(/"10\.96\.\d+\.\d+"/g, '"ADDRESS"')
    .replace(/"nodePort":3\d{4}/g, '"nodePort":30000')
    .replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"N"');
  const value: unknown = JSON.parse(text);
  return value;
}

function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME")
    .replace(/(resourceVersion\\*":\s*\\*")\d+/g, "$1N")
    .replace(/(generate[dN]?\w*|web-)[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1xxxxx");
}

function differingPaths(path: string, expected: unknown, actual: unknown): readonly string[] {
  if (jsonEqual(expected, actual)) return [];
  if (!isObject(expected) || !isObject(actual)) {
    return [`stored${path}: expected ${short(expected)}, received ${short(actual)}`];
  }
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.flatMap((key) => differingPaths(`${path}.${key}`, expected[key], actual[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function short(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}
