/** Which fields of the manifests of two scenarios differ: `maxUnavailable: 25% -> 1`. */
import { parseAllDocuments } from "yaml";

export function changesBetween(before: string, after: string): string[] {
  const [old, young] = [documentsOf(before), documentsOf(after)];
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) => {
    if (key === "Scenario") return differences("cluster", old.get(key), young.get(key));
    if (!young.has(key)) return [`${key}: removed`];
    return old.has(key) ? differences("", old.get(key), young.get(key)) : [`${key}: added`];
  });
}

/** Manifests by kind and name; of the scenario itself only its cluster. */
function documentsOf(text: string): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as {
      readonly kind: string;
      readonly cluster?: unknown;
      readonly metadata: { readonly name: string };
    };
    if (object.kind === "Scenario") found.set("Scenario", object.cluster);
    else found.set(`${object.kind} ${object.metadata.name}`, object);
  }
  return found;
}

function differences(path: string, before: unknown, after: unknown): string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
      const inner = path === "" ? key : `${path}.${key}`;
      return differences(inner, before[key], after[key]);
    });
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((each, index) => differences(path, each, after[index] as unknown));
  }
  const name = path.split(".").slice(-1)[0];
  if (after === undefined) return [`${name}: removed`];
  return [
    before === undefined
      ? `${name}: ${shown(after)}`
      : `${name}: ${shown(before)} → ${shown(after)}`,
  ];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
