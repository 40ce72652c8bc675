/** What a real control plane did with exported folders (README.md), beside what rollsim says of their scenarios. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { TraceEntry } from "../../src/api/trace.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { runScenario } from "../../src/scenario/run.ts";
import { rollsim } from "../cli/fake-io.ts";
import { scenarioFile } from "./exported.ts";

/** Pods that are asked for, and the revision, by ReplicaSet. */
type Sizes = Readonly<Record<string, readonly [number, number]>>;

interface Recording {
  readonly run: string;
  readonly sizes: readonly (readonly [at: number, Sizes])[];
  readonly conditions: readonly (readonly [at: number, Readonly<Record<string, string>>])[];
  readonly available: readonly (readonly [at: number, number])[];
  readonly mostPods: number;
}

const lines = gunzipSync(readFileSync(new URL("recorded.jsonl.gz", import.meta.url)))
  .toString()
  .trim()
  .split("\n");
const recordings = lines.map((line) => JSON.parse(line) as Recording);
const recording = (name: string): Recording => recordings.find(({ run }) => run === name)!;

async function textOf(run: string): Promise<string> {
  if (run !== "counterexample") return readFileSync(scenarioFile(run), "utf8");
  const line = "verify --replicas 6 --revisions 2 --scale-to 3 --scenario CE3";
  return (await rollsim(line.split(" "))).out;
}

/** Sizes at the end of each instant at which they changed. */
function sizesIn(trace: readonly TraceEntry[]): readonly (readonly [number, Sizes])[] {
  const all: [number, Sizes][] = [];
  let sizes: Sizes = {};
  for (const entry of trace) {
    if (entry.kind === "write" && entry.resource === "replicasets" && entry.object !== undefined) {
      const { metadata, spec } = entry.object as unknown as {
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
        readonly spec: { readonly replicas: number };
      };
      const revision = Number(metadata.annotations["deployment.kubernetes.io/revision"]);
      sizes = { ...sizes, [entry.name]: [spec.replicas, revision] };
    }
    const before = all.at(-1)?.[1];
    if (entry.kind === "instant" && JSON.stringify(before) !== JSON.stringify(sizes))
      all.push([entry.at, sizes]);
  }
  return all;
}

/** Of a Deployment, when it was first so after `from`. */
function whenSo({ sizes }: Recording, wanted: Sizes, from: number): number {
  const key = JSON.stringify(wanted);
  return sizes.find(([at, real]) => at >= from && JSON.stringify(real) === key)?.[0] ?? Infinity;
}

describe("on a real control plane", () => {
  test.each(["bad-image", "counterexample"])(
    "%s: ReplicaSets had the names, sizes and revisions that are predicted, within a second",
    async (run) => {
      const { trace } = runScenario(parseScenario(await textOf(run)));
      const predicted = sizesIn(trace);
      expect(predicted.length).toBeGreaterThan(2);
      let last = 0;
      for (const [at, sizes] of predicted) {
        const real = whenSo(recording(run), sizes, last);
        expect(Math.abs(real - at), JSON.stringify(sizes)).toBeLessThan(1000);
        last = real;
      }
      expect(recording(run).sizes.at(-1)![1]).toEqual(predicted.at(-1)![1]);
    },
  );

  test("bad-image: the deadline passed when it is predicted to, and the undo completed", () => {
    const { conditions, available, mostPods } = recording("bad-image");
    const reasons = conditions.map(([at, { Progressing }]) => [Math.round(at / 1000), Progressing]);
    expect(reasons).toContainEqual([121, "False ProgressDeadlineExceeded"]);
    expect(conditions.at(-1)![1]).toEqual({
      Available: "True MinimumReplicasAvailable",
      Progressing: "True NewReplicaSetAvailable",
    });
    const least = available.filter(([at]) => at > 50_000).map(([, pods]) => pods);
    expect([Math.min(...least), mostPods]).toEqual([3, 5]);
  });

  test("the counterexample broke the promise there, too: 2 of 3 pods were available", async () => {
    const { passed, failures } = runScenario(parseScenario(await textOf("counterexample")));
    expect(passed).toBe(false);
    expect(failures[0]!.details.join()).toContain("is 2");
    expect(recording("counterexample").available.at(-1)![1]).toBe(2);
  });

  test("rolling-update: it began and ended with these sizes, and kept both bounds on the way", () => {
    const scenario = parseScenario(readFileSync(scenarioFile("rolling-update"), "utf8"));
    const predicted = sizesIn(runScenario(scenario).trace);
    const real = recording("rolling-update");
    const [, begun] = predicted[1]!;
    expect(whenSo(real, begun, 0)).toBeLessThan(61_000);
    expect(real.sizes.at(-1)![1]).toEqual(predicted.at(-1)![1]);
    const least = real.available.filter(([at]) => at > 50_000).map(([, pods]) => pods);
    expect([Math.min(...least), real.mostPods]).toEqual([8, 13]);
    // Times of pods are drawn: the real draw is as long as one of these, give or take a second.
    const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));
    const durations = seeds.map((seed) => {
      const { samples } = runScenario(scenario, { seed });
      return samples.rollout_duration.at(-1)!.value;
    });
    const ended = real.conditions.at(-1)![0] - 60_000;
    expect(ended).toBeGreaterThan(Math.min(...durations) - 1000);
    expect(ended).toBeLessThan(Math.max(...durations) + 1000);
  });
});
