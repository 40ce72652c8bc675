/** One sync of an autoscaler, from what it reads to what it writes. */
import { describe, expect, test } from "vitest";
import type { AutoscalerStatus, HorizontalPodAutoscaler } from "../../../src/api/autoscaling.ts";
import { failure } from "../../../src/api/status.ts";
import { reconcileAutoscaler } from "../../../src/controllers/podautoscaler/horizontal.ts";
import type {
  AutoscalerMemory,
  AutoscalerView,
} from "../../../src/controllers/podautoscaler/view.ts";
import { planOf, type PlannedSync } from "../../../src/controllers/reconcile.ts";
import { web } from "../../support/web.ts";
import { hpa } from "./world.ts";

const second = 1000;
const now = Date.parse("2026-11-29T12:00:00Z");

interface Situation {
  /** Of the target; default 4. */
  readonly replicas?: number;
  /** Milli-CPU that each of its pods uses, of 500m that it requests; default 300, the 60 % that are wanted. */
  readonly uses?: number;
  /** The same of each pod's container `side`, if there is one. */
  readonly side?: number;
  readonly spec?: object;
  readonly status?: object;
  readonly memory?: Partial<AutoscalerMemory>;
}

function view({ replicas = 4, uses = 300, side, ...more }: Situation): AutoscalerView {
  const { metadata, ...rest } = hpa({ spec: { ...more.spec } });
  const containers = [
    ["web", uses] as const,
    ...(side === undefined ? [] : [["side", side] as const]),
  ];
  const target = web(replicas);
  return {
    key: "default/web",
    nowMs: now,
    hpa: {
      ...rest,
      metadata: { ...metadata, namespace: "default", uid: "new", generation: 3 },
      ...(more.status === undefined ? {} : { status: more.status }),
    } as HorizontalPodAutoscaler,
    target: {
      ok: true,
      value: { resource: "deployments", object: target, specReplicas: replicas },
    },
    pods: Array.from({ length: replicas }, (_, i) => ({
      name: `web-${i}`,
      phase: "Running",
      deleting: false,
      ready: { status: "True", sinceMs: now - 3600 * second },
      startedMs: now - 3600 * second,
      requests: containers.map(([name]) => ({ name, milli: { cpu: 500 } })),
      metric: {
        value: containers.reduce((sum, [, milli]) => sum + milli, 0),
        byContainer: Object.fromEntries(containers),
        timestampMs: now,
        windowMs: 15 * second,
      },
    })),
    metricsServer: "serves",
    selector: "app=web",
    overlapping: [],
    ...(more.memory === undefined ? {} : { memory: { ...known, ...more.memory } }),
  };
}

const known: AutoscalerMemory = {
  uid: "new",
  generation: 3,
  nextMs: now,
  recommendations: [],
  scaleUps: [],
  scaleDowns: [],
};

function statusIn({ writes }: PlannedSync): AutoscalerStatus {
  const written = writes.flatMap((write) => (write.do === "update/status" ? [write.object] : []));
  return (written.at(-1) as HorizontalPodAutoscaler | undefined)?.status ?? {};
}

function sizeIn({ writes }: PlannedSync): unknown {
  return writes.flatMap((write) => (write.do === "patch" ? [write.patch] : []))[0];
}

const scaledTo = (replicas: number): object => ({ spec: { replicas } });
const ofContainer = (container: string): object => ({
  type: "ContainerResource",
  containerResource: {
    name: "cpu",
    container,
    target: { type: "Utilization", averageUtilization: 60 },
  },
});
const unread = {
  type: "Pods",
  pods: { metric: { name: "hits" }, target: { type: "AverageValue" } },
};

describe("a sync of an autoscaler", () => {
  test("takes the metric that asks for most, whichever comes first", () => {
    for (const order of [
      ["web", "side"],
      ["side", "web"],
    ]) {
      const spec = { metrics: order.map(ofContainer) };
      expect(sizeIn(planOf(reconcileAutoscaler(view({ uses: 600, side: 300, spec }))))).toEqual(
        scaledTo(8),
      );
    }
  });

  test("tells of the first metric that cannot be read, and fails though it scales", () => {
    const external = { type: "External", external: { metric: { name: "queue" } } };
    const spec = { metrics: [unread, external, ofContainer("web")] };
    const plan = planOf(reconcileAutoscaler(view({ uses: 600, spec })));
    expect(sizeIn(plan)).toEqual(scaledTo(8));
    expect(plan.error).toMatch(
      /^invalid metrics \(2 invalid out of 3\), first error is: .* hits: /,
    );
  });

  test("compares averages where its target is one", () => {
    const target = { type: "AverageValue", averageValue: "100m" };
    const spec = { metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
    const plan = planOf(reconcileAutoscaler(view({ uses: 150, spec })));
    expect(sizeIn(plan)).toEqual(scaledTo(6));
    expect(statusIn(plan).currentMetrics).toEqual([
      { type: "Resource", resource: { name: "cpu", current: { averageValue: "150m" } } },
    ]);
    expect(plan.events.map(({ message }) => message)).toEqual([
      "New size: 6; reason: cpu resource above target",
    ]);
  });

  test("scales down a target of one more than its maximum, and leaves one of as many", () => {
    const spec = { maxReplicas: 4 };
    const plan = planOf(reconcileAutoscaler(view({ replicas: 5, spec })));
    expect(sizeIn(plan)).toEqual(scaledTo(4));
    expect(plan.events.map(({ message }) => message)).toEqual([
      "New size: 4; reason: Current number of replicas above Spec.MaxReplicas",
    ]);
    expect(sizeIn(planOf(reconcileAutoscaler(view({ replicas: 4, spec }))))).toBeUndefined();
  });

  test("says how many there were and how many are wanted, of which generation, and when", () => {
    const status = statusIn(planOf(reconcileAutoscaler(view({ uses: 600 }))));
    expect(status).toMatchObject({
      currentReplicas: 4,
      desiredReplicas: 8,
      observedGeneration: 3,
      lastScaleTime: "2026-11-29T12:00:00Z",
    });
    const none = statusIn(planOf(reconcileAutoscaler(view({ replicas: 0 }))));
    expect(none).toMatchObject({ desiredReplicas: 0, currentMetrics: null });
    expect(none).not.toHaveProperty("currentReplicas");
  });

  // 54 % are nine tenths of 60 %; ten pods of which each uses less would be too many.
  test.each([
    [270, "hpa/within-tolerance"],
    [265, "hpa/by-ratio"],
  ])("leaves pods that use %im where that is a tenth too little, by %s", (uses, id) => {
    const plan = planOf(reconcileAutoscaler(view({ replicas: 10, uses })));
    expect(plan.because[0]!.id).toBe(id);
  });

  test("counts a pod that was ready once for more than 30 s after its start, and one that was not as idle", () => {
    const sizes = [31, 29].map((seconds) => {
      const all = view({ uses: 600 });
      const [first, ...others] = all.pods;
      const sinceMs = first!.startedMs! + seconds * second;
      const ready = { status: "False", sinceMs } as const;
      return sizeIn(
        planOf(reconcileAutoscaler({ ...all, pods: [{ ...first!, ready }, ...others] })),
      );
    });
    expect(sizes).toEqual([scaledTo(8), scaledTo(6)]);
  });

  test("writes nothing where it finds the same again", () => {
    const status = statusIn(planOf(reconcileAutoscaler(view({}))));
    expect(planOf(reconcileAutoscaler(view({ status }))).writes).toEqual([]);
  });

  test("keeps the time of a condition while it stays true", () => {
    const lastTransitionTime = "2026-11-29T11:00:00Z";
    const [kept, changed] = ["True", "False"].map((before) => {
      const able = { type: "AbleToScale", status: before, lastTransitionTime };
      return statusIn(planOf(reconcileAutoscaler(view({ status: { conditions: [able] } }))));
    });
    const timeOf = (status: AutoscalerStatus): unknown =>
      status.conditions?.find(({ type }) => type === "AbleToScale")?.lastTransitionTime;
    expect([timeOf(kept!), timeOf(changed!)]).toEqual([lastTransitionTime, "2026-11-29T12:00:00Z"]);
  });

  test("goes to a size that was recommended before without a reason of its own", () => {
    const recommendations = [{ replicas: 6, atMs: now - 60 * second }];
    const plan = planOf(reconcileAutoscaler(view({ memory: { recommendations } })));
    expect(sizeIn(plan)).toEqual(scaledTo(6));
    expect(plan.events.map(({ message }) => message)).toEqual(["New size: 6; reason: "]);
  });

  test("knows nothing of one of the same name that was there before", () => {
    const before = { uid: "old", nextMs: now + 10 * second };
    const recommendations = [{ replicas: 9, atMs: now - second }];
    const plan = planOf(reconcileAutoscaler(view({ memory: { ...before, recommendations } })));
    expect(plan.because.map(({ id }) => id)).toEqual(["hpa/within-tolerance", "hpa/keep"]);
    expect(plan.memory).toMatchObject({
      uid: "new",
      recommendations: [{ replicas: 4 }, { replicas: 4 }],
    });
  });

  test("remembers a scaling only where it succeeded", () => {
    const scaleUp = { policies: [{ type: "Pods", value: 4, periodSeconds: 60 }] };
    const situation = view({ uses: 600, spec: { behavior: { scaleUp } } });
    const refusal = failure(409, "Conflict", "no");
    const refused = planOf(reconcileAutoscaler(situation), (effect) => {
      if (effect.do === "patch") return { ok: false, status: refusal };
      return "object" in effect ? { ok: true, value: effect.object } : undefined;
    });
    expect(refused.memory).toMatchObject({ scaleUps: [] });
    expect(planOf(reconcileAutoscaler(situation)).memory).toMatchObject({
      scaleUps: [{ change: 4, atMs: now }],
    });
  });
});
