import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decisions, sentence, type DecisionId } from "../src/controllers/decisions.ts";
import { play } from "./conformance/play.ts";
import type { NOT_RECORDED } from "./conformance/report-notes.ts";
import { DATA, readTraces } from "./conformance/trace-file.ts";
import { reachedByEvictions } from "./controllers/evictions.ts";
import { reachedByCanaries } from "./controllers/canary/reached.ts";
import { reachedByRollouts } from "./controllers/rollout/reached.ts";
import { decisionsOf, deployment, planFor } from "./controllers/rollout-view.ts";
import { reachedByAutoscalers } from "./controllers/podautoscaler/reached.ts";
import { sourcesIn } from "./support/sources.ts";

const ids = Object.keys(decisions) as DecisionId[];
const controllers = sourcesIn("src/controllers").filter(
  ({ path }) => !path.endsWith("/decisions.ts"),
);

/** Files of the controllers that name a decision. */
function usersOf(id: DecisionId): { readonly path: string; readonly text: string }[] {
  return controllers.filter(({ text }) => text.includes(`"${id}"`));
}

/** Decisions that playing the recordings of the real controllers reaches; kept with the recordings. */
function reachedByRecordings(): Set<string> {
  const { traces } = JSON.parse(readFileSync(`${DATA}coverage.json`, "utf8")) as {
    readonly traces: readonly { readonly decisions: Readonly<Record<string, number>> }[];
  };
  return new Set(traces.flatMap((trace) => Object.keys(trace.decisions)));
}

/** Decisions that no recording reaches, as the API refuses what leads to them. */
const elsewhere: Partial<Record<DecisionId, () => readonly string[]>> = {
  "deployment/selects-everything": () =>
    decisionsOf(planFor(deployment({ spec: { selector: {} } }), [])),
};

const rollouts = reachedByRollouts();
const worlds: Readonly<Record<keyof typeof NOT_RECORDED, ReadonlySet<string>>> = {
  "disruption/": reachedByEvictions(),
  "hpa/": reachedByAutoscalers(),
  "canary/": reachedByCanaries(),
  "rollout/": rollouts,
  "analysis/": rollouts,
  "experiment/": rollouts,
};

describe("the register of decisions", () => {
  test.each(ids)("%s is made in one file, which mirrors the one it names", (id) => {
    const users = usersOf(id);
    expect(users).toHaveLength(1);
    const goFile = decisions[id].from.split(" ")[0]!.split("/").at(-1)!;
    // Claiming is a part of the sync that the file itself mirrors.
    if (goFile !== "controller_ref_manager.go") expect(users[0]!.text.includes(goFile)).toBe(true);
  });

  test("names every decision that the controllers make", () => {
    const known = new Set<string>(ids);
    const prefix =
      /"((?:deployment|replicaset|progress|canary|disruption|hpa|rollout|analysis|experiment)\/[a-z/-]+)"/g;
    const folders =
      /\/(?:deployment|replicaset|canary|disruption|podautoscaler|rollout|analysis|experiment)\//;
    const unknown = controllers
      .filter(({ path }) => folders.test(path))
      .flatMap(({ text }) => [...text.matchAll(prefix)].map(([, id]) => id!))
      .filter((id) => !known.has(id));
    expect(unknown).toEqual([]);
  });

  test.each(ids)(
    "%s is reached by a recording of the real controllers, or by a test here",
    (id) => {
      const planned = elsewhere[id];
      const world = Object.entries(worlds).find(([prefix]) => id.startsWith(prefix));
      if (world !== undefined) expect(world[1]).toContain(id);
      else if (planned === undefined) expect(reachedByRecordings()).toContain(id);
      else expect(planned()).toContain(id);
    },
  );

  test("excuses from the recordings only what they do not reach", () => {
    const reached = reachedByRecordings();
    expect(Object.keys(elsewhere).filter((id) => reached.has(id))).toEqual([]);
  });

  test("says each decision in one sentence, with a number or name for every gap", () => {
    const traces = readTraces(`${DATA}wide-300000.jsonl.gz`).filter(
      ({ frames }) => frames.length < 16,
    );
    const heard = new Set<string>();
    for (const trace of traces.slice(0, 25)) {
      for (const entry of play(trace).cluster.trace.entries) {
        if (entry.kind !== "decision") continue;
        heard.add(entry.id);
        expect(entry.sentence).not.toMatch(/[{}?]/);
        expect(entry.sentence).toBe(
          sentence({ id: entry.id as DecisionId, weighed: entry.weighed }),
        );
      }
    }
    expect(heard.size).toBeGreaterThan(25);
    for (const id of ids) expect(decisions[id].says).toMatch(/[.}]$/);
  });
});
