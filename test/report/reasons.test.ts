import { describe, expect, test } from "vitest";
import type { TraceEntry } from "../../src/api/trace.ts";
import { momentsOf } from "../../src/report/moments.ts";
import { decision, deployment, instant, replicaSet } from "./entries.ts";

describe("the reasons of a moment", () => {
  test("tell what the last sync left as it is, not what an earlier one did", () => {
    const [moment] = momentsOf([
      deployment(0, { replicas: 2 }),
      replicaSet(0, 7, 2, 0),
      decision(0, "deployment/rolling/no-room-to-surge", "web-7 stays at 1"),
      {
        ...decision(0, "deployment/rolling/scale-up-new", "web-7 grows", { from: 1, to: 2 }),
        sync: 2,
      },
      { ...decision(0, "deployment/rolling/floor-reached", "no old pod may go"), sync: 3 },
      instant(0),
    ] as TraceEntry[]);
    expect(moment?.reasons.map(({ text }) => text)).toEqual([
      "revision 7 grows",
      "no old pod may go",
    ]);
  });

  test("tell how an autoscaler comes to another count, and nothing of one that keeps it", () => {
    const [moment] = momentsOf([
      deployment(0, { replicas: 2 }),
      decision(0, "hpa/by-ratio", "Usage is 60%: 3"),
      decision(0, "hpa/keep", "web keeps its 2 replicas"),
      { ...decision(0, "hpa/by-ratio", "Usage is 90%: 4"), sync: 2 },
      { ...decision(0, "hpa/rescale", "web goes from 2 to 4"), sync: 2 },
      { ...decision(0, "hpa/rescale", "web goes from 4 to 5"), sync: 3 },
      instant(0),
    ] as TraceEntry[]);
    expect(moment?.reasons.map(({ text }) => text)).toEqual([
      "Usage is 90%: 4",
      "web goes from 2 to 4",
      "web goes from 4 to 5",
    ]);
  });

  test("tell before a long wait what holds the rollout", () => {
    const [first, second] = momentsOf([
      deployment(0, { replicas: 4, updated: 2 }),
      decision(0, "deployment/rolling/floor-reached", "no old pod may go"),
      instant(0),
      deployment(5000, { replicas: 4, updated: 3 }),
      decision(5000, "deployment/rolling/floor-reached", "no old pod may go"),
      instant(5000),
      deployment(60_000, { replicas: 4, updated: 4 }),
      instant(60_000),
    ]);
    expect(first?.reasons).toEqual([]);
    expect(second?.reasons.map(({ text }) => text)).toEqual(["no old pod may go"]);
  });

  test("say what holds it once, however pods come and go meanwhile, until something is decided", () => {
    const at = (ms: number, available: number, also: readonly TraceEntry[] = []): TraceEntry[] => [
      deployment(ms, { replicas: 4, updated: 2, available }),
      decision(ms, "deployment/rolling/floor-reached", "no old pod may go"),
      ...also,
      instant(ms),
    ];
    const grows = decision(90_000, "deployment/rolling/scale-up-new", "grows", { from: 2, to: 3 });
    const moments = momentsOf([
      ...at(0, 3),
      ...at(30_000, 2),
      ...at(60_000, 3),
      ...at(90_000, 2, [grows]),
      ...at(120_000, 3),
    ]);
    expect(moments.map(({ reasons }) => reasons.map(({ text }) => text))).toEqual([
      ["no old pod may go"],
      [],
      [],
      ["grows", "no old pod may go"],
      [],
    ]);
  });
});
