/** A real cluster was looked at, and again later: what rollsim says will become of it is what became of it. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";

interface Found {
  readonly name: string;
  readonly startTime: string;
  readonly found: readonly KubeObject[];
  readonly lines: readonly string[];
  readonly later: readonly { readonly after: number; readonly objects: readonly KubeObject[] }[];
}

const file = new URL("data/found.jsonl.gz", import.meta.url);
const recorded = gunzipSync(readFileSync(file))
  .toString("utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as Found);

function scenarioOf({ name, startTime, found, lines }: Found): string {
  const head = {
    apiVersion: "rollsim.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name },
    cluster: { startTime },
    steps: lines.map((line) => ({ kubectl: line })),
  };
  return `${JSON.stringify(head)}\n---\n${JSON.stringify({ apiVersion: "v1", kind: "List", items: found })}\n`;
}

/** All but which version of an object it is, and when exactly. */
function standing(objects: readonly KubeObject[]): unknown {
  const known = objects.map((object) => {
    const { kind, metadata, spec, status } = object as Deployment | ReplicaSet;
    const { conditions = [], ...counts } = status;
    const { name, uid, annotations, labels, generation } = metadata;
    const is = conditions.map(({ type, status: held, reason, message }) => ({
      type,
      held,
      reason,
      message,
    }));
    return { kind, name, uid, annotations, labels, generation, spec, counts, conditions: is };
  });
  return known.toSorted((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

describe.each(recorded)("$name", (each) => {
  test.each(each.later)("after $after s", ({ after, objects }) => {
    const { api } = clusterAt(parseScenario(scenarioOf(each)), after * 1000);
    const mine = ["deployments", "replicasets"].flatMap((kind) => api.list(kind));
    // A ReplicaSet that is new has a uid of its own.
    const known = new Set(each.found.map(({ metadata }) => metadata.uid));
    const sameUids = (all: readonly KubeObject[]): readonly KubeObject[] =>
      all.map(({ metadata: { uid = "", ...metadata }, ...object }) => ({
        ...object,
        metadata: { ...metadata, uid: known.has(uid) ? uid : "new" },
      }));
    expect(standing(sameUids(mine))).toEqual(standing(sameUids(objects)));
  });
});
