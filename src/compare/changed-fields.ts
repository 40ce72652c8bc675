/** Which fields differ between two objects, by path. */
import { asRecord, isRecord } from "../apiserver/json.ts";

export interface ChangedField {
  /** As in `template.spec.containers[web].image`: entries of lists by name where they have one, else counted from 0. */
  readonly path: string;
  /** Undefined: absent. */
  readonly before: unknown;
  readonly after: unknown;
}

export function changedFields(before: unknown, after: unknown, path = ""): readonly ChangedField[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [left, right] = [entriesOf(before), entriesOf(after)];
  if (left === undefined || right === undefined) return [{ path, before, after }];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  return keys.flatMap((key) => {
    const inside = key.startsWith("[") || path === "" ? path + key : `${path}.${key}`;
    return changedFields(left.get(key), right.get(key), inside);
  });
}

/** Of an object or a list; undefined for what has none. */
function entriesOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) {
    const names = value.map((each) => asRecord(each)["name"]);
    const areNamed = names.every((name) => typeof name === "string");
    return new Map(
      value.map((each, i) => [`[${areNamed ? String(names[i]) : i}]`, each as unknown]),
    );
  }
  return isRecord(value) ? new Map(Object.entries(value)) : undefined;
}
