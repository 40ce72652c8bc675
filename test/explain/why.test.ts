/** Why a Deployment waits, one situation after the other: the groups of pods, the state, what would help. */
import { describe, expect, test } from "vitest";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { explanationText } from "../../src/explain/text.ts";
import { explainDeployment, type Explanation } from "../../src/explain/why.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import type { Behavior, FaultType } from "../../src/kubelet/behavior.ts";

import { web } from "../support/web.ts";

const second = 1000;

interface Situation extends ClusterOptions {
  /** Of the Deployment, beside 4 replicas with one pod of surge and one less than 4 available. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** One after the other at 60 s, when web:1 runs. */
  readonly commands?: readonly string[];
  /** After 60 s; default 20 s. */
  readonly laterMs?: number;
}

function explained({
  spec,
  commands = [],
  laterMs = 20 * second,
  ...options
}: Situation): Explanation {
  const cluster = new Cluster(options);
  const web = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "web" } },
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }] },
      },
      ...spec,
    },
  };
  cluster.act("create", (api) => expect(api.create(web)).toMatchObject({ ok: true }));
  cluster.runUntil(60 * second);
  const silent = { readFile: () => undefined, out: () => undefined, err: () => undefined };
  for (const command of commands) expect(runKubectl(cluster, command, silent).code).toBe(0);
  cluster.runUntil(60 * second + laterMs);
  return explainDeployment(cluster, "default/web")!;
}

/** `old: 3 available, 1 terminating -`; a dash where such pods do not count. */
function groupsOf({ replicaSets }: Explanation): string[] {
  return replicaSets.map(({ role, pods }) => {
    const groups = pods.map(({ state, count, counts }) => `${count} ${state}${counts ? "" : " -"}`);
    return `${role}: ${groups.join(", ") || "none"}`;
  });
}

const update = "set image deployment/web web=web:2";
const noneUnavailable = JSON.stringify({
  spec: { strategy: { rollingUpdate: { maxUnavailable: 0 } } },
});
const recreate = { strategy: { type: "Recreate" } };

function version2(type: FaultType, first?: number): readonly Behavior[] {
  const fault = { type, ...(first === undefined ? {} : { first }) };
  return [{ match: { image: "web:2" }, fault }];
}

interface Told {
  readonly state: Explanation["state"];
  readonly sets: readonly string[];
  readonly help?: readonly string[];
  /** Virtual seconds. */
  readonly deadline?: number;
}

const page = `deployment/web at 80s: waiting

  R = 4 replicas, S = 1 surge, U = 0 unavailable
  asked for: 5, at most 5 (R + S)
  available: 4, at least 4 (R - U)

  web-654cdc8b8d (revision 2, new): asks for 1, 0 available
  web-57d9664db9 (revision 1, old): asks for 4, 4 available
       4 available

What the controller decides now:
  - deployment/rolling/no-room-to-surge: 5 pods are asked for and 5 (4 + surge
    1) are allowed: web-654cdc8b8d stays at 1 until old pods go.
  - deployment/rolling/floor-reached: 5 asked for - 4 to keep (4 - 0
    unavailable) - 1 new ones not yet available = 0: no old pod may go.
  - progress/waiting: Nothing has changed: look again in 581 s, when the
    deadline of 600 s may have passed.
  - replicaset/create-pods: 0 active pods of 1: 1 are created (at most 500 in
    one sync), in batches 1, 2, 4...
  - replicaset/create-refused: A pod was refused (pods "web-654cdc8b8d-..."
    is forbidden: exceeded quota: pods, requested: pods=1, used: pods=4,
    limited: pods=4): the batches stop after 0 of 1.

What would let it go on:
  - one more new pod becoming available
  - room in the quota pods (requested: pods=1, used: pods=4, limited: pods=4)
  - maxUnavailable 1: an old pod then goes first, and leaves its room

Without progress its deadline passes at 11m, in 9m40s.
`;

describe("an explanation of a Deployment", () => {
  test.each<[string, Situation, Told]>([
    ["that has all its pods", {}, { state: "complete", sets: ["new: 4 available"] }],
    [
      "without replicas",
      { commands: ["scale deployment/web --replicas=0"] },
      { state: "scaled to 0", sets: ["new: none"] },
    ],
    [
      "whose controller has yet to act",
      { commands: [update], controlPlane: { qps: 20, burst: 30, latency: 100 }, laterMs: 0 },
      { state: "going on", sets: ["old: 4 available"] },
    ],
    [
      "that waits for new pods to become ready",
      { commands: [update], behaviors: version2("NeverReady") },
      {
        state: "waiting",
        sets: ["new: 2 not ready -", "old: 3 available"],
        help: ["one more new pod becoming available"],
        deadline: 660,
      },
    ],
    [
      "that is below its floor since fewer pods may be unavailable",
      {
        commands: [update, `patch deployment web -p '${noneUnavailable}'`],
        behaviors: version2("NeverReady"),
      },
      {
        state: "waiting",
        sets: ["new: 2 not ready -", "old: 3 available"],
        help: ["2 more new pods becoming available"],
        deadline: 660,
      },
    ],
    [
      "whose new image cannot be pulled",
      { commands: [update], behaviors: version2("ImagePullBackOff") },
      {
        state: "waiting",
        sets: ["new: 2 ImagePullBackOff -", "old: 3 available"],
        help: [
          "one more new pod becoming available",
          "a template whose pods become ready, or kubectl rollout undo deployment/web",
        ],
        deadline: 660,
      },
    ],
    [
      "whose first image cannot be pulled",
      { behaviors: [{ fault: { type: "ImagePullBackOff" } }] },
      {
        state: "waiting",
        sets: ["new: 4 ImagePullBackOff -"],
        help: ["a template whose pods become ready"],
        deadline: 600,
      },
    ],
    ...(
      [
        ["containers", "CreateContainerConfigError", { envFrom: [{ secretRef: { name: "key" } }] }],
        ["volumes", "ContainerCreating", {}],
      ] as const
    ).map(([who, state, container]): [string, Situation, Told] => [
      `whose ${who} lack a Secret`,
      {
        spec: {
          template: {
            metadata: { labels: { app: "web" } },
            spec: {
              containers: [{ name: "web", image: "web:1", ...container }],
              volumes: [{ name: "key", secret: { secretName: "key" } }].slice(
                state === "ContainerCreating" ? 0 : 1,
              ),
            },
          },
        },
      },
      {
        state: "waiting",
        sets: [`new: 4 ${state} -`],
        help: [
          'the secret "key", or optional: true where the template names it',
          "a template whose pods become ready",
        ],
        deadline: 600,
      },
    ]),
    [
      "whose quota has no room for more pods, and no old ones that could make it",
      {
        spec: { strategy: { rollingUpdate: { maxUnavailable: 0 } } },
        commands: ["create quota pods --hard=pods=4", "scale deployment/web --replicas=6"],
      },
      {
        state: "waiting",
        sets: ["new: 4 available"],
        help: ["room in the quota pods (requested: pods=1, used: pods=4, limited: pods=4)"],
      },
    ],
    [
      "that found no node for some pods",
      { commands: ["scale deployment/web --replicas=6"], nodes: 1, podsPerNode: 5 },
      {
        state: "waiting",
        sets: ["new: 5 available, 1 Unschedulable -"],
        help: ["a node on which the pods fit, or a template that fits on those there are"],
      },
    ],
    [
      "some of whose pods were evicted",
      { commands: [update], behaviors: version2("Evicted", 2) },
      { state: "complete", sets: ["new: 4 available, 2 Evicted -"] },
    ],
    [
      "that is paused in mid-rollout",
      {
        commands: [update, "rollout pause deployment/web"],
        behaviors: version2("NeverReady"),
      },
      {
        state: "paused",
        sets: ["new: 2 not ready -", "old: 3 available"],
        help: ["kubectl rollout resume deployment/web"],
      },
    ],
    [
      "that exceeded its deadline",
      {
        commands: [update],
        spec: { progressDeadlineSeconds: 10 },
        behaviors: version2("NeverReady"),
      },
      {
        state: "deadline exceeded",
        sets: ["new: 2 not ready -", "old: 3 available"],
        help: [
          "one more new pod becoming available",
          "a template whose pods become ready, or kubectl rollout undo deployment/web",
        ],
      },
    ],
    [
      "whose pods a quota refuses",
      { commands: ["create quota pods --hard=pods=2", update], spec: recreate },
      {
        state: "waiting",
        sets: ["new: 2 available"],
        help: ["room in the quota pods (requested: pods=1, used: pods=2, limited: pods=2)"],
        deadline: 661,
      },
    ],
    [
      "that recreates its pods, and has to wait for old ones",
      {
        commands: [update],
        spec: recreate,
        behaviors: [{ terminate: { delay: 25 * second } }],
      },
      { state: "waiting", sets: ["old: 4 terminating -"], help: ["4 old pods ending"] },
    ],
    [
      "that is new, and whose pods are not there yet",
      { behaviors: [{ ready: { delay: 90 * second } }] },
      {
        state: "waiting",
        sets: ["new: 4 not ready -"],
        help: ["4 more pods becoming available"],
        deadline: 600,
      },
    ],
    [
      "whose new pods have to stay ready for a while",
      { commands: [update], spec: { minReadySeconds: 30 } },
      {
        state: "waiting",
        sets: ["new: 2 ready, available in 11s -", "old: 3 available"],
        help: ["one more new pod becoming available"],
        deadline: 661,
      },
    ],
  ])("%s says how far it is, which pods count, and what would help", (_, situation, told) => {
    const e = explained(situation);
    expect({
      state: e.state,
      sets: groupsOf(e),
      help: e.wouldHelp,
      deadline: e.deadlineAt === undefined ? undefined : e.deadlineAt / second,
    }).toEqual({ help: [], deadline: undefined, ...told });
  });

  test("whose surge fits on no node says why, and which setting needs none", () => {
    const e = explained({
      nodes: 1,
      podsPerNode: 4,
      commands: [update],
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    });
    expect(e.wouldHelp).toEqual([
      "one more new pod becoming available",
      "a node on which the pods fit, or a template that fits on those there are",
      "maxSurge 0 and maxUnavailable 1: an old pod then goes first",
      "kubectl rollout undo deployment/web",
    ]);
    expect(explanationText(e)).toContain(
      "       1 Unschedulable (does not count)\n" +
        "           0/1 nodes are available: 1 Too many pods.\n",
    );
  });

  test("that does not exist is not made up", () => {
    expect(explainDeployment(new Cluster(), "default/web")).toBeUndefined();
  });

  test("is a page of at most 80 columns: the arithmetic, each decision's sentence, the deadline", () => {
    const e = explained({
      commands: ["create quota pods --hard=pods=4", update],
      spec: { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    });
    const text = explanationText(e);
    expect(text.replace(/-[a-z0-9]{5}"/, '-..."')).toBe(page);
    const longest = (of: string): number => Math.max(...of.split("\n").map(({ length }) => length));
    expect(longest(text)).toBeLessThanOrEqual(80);
    // As wide as is asked for, with the same words.
    const wide = explanationText(e, 120);
    const narrow = explanationText(e, 60);
    expect(longest(wide)).toBeGreaterThan(100);
    expect(longest(wide)).toBeLessThanOrEqual(120);
    expect(longest(narrow)).toBeLessThanOrEqual(60);
    for (const each of [wide, narrow]) expect(each.split(/\s+/)).toEqual(text.split(/\s+/));
  });
});

test("a Deployment that is complete as its status says, and not really, is told so", () => {
  const cluster = new Cluster({ schedule: { name: "....................", fromMs: 30 * second } });
  cluster.act("create", (api) => api.create(web(2)));
  cluster.runUntil(30 * second - 1);
  const { metadata } = cluster.api.list("pods")[0]!;
  cluster.runBefore(31 * second);
  cluster.act("lose", (api) =>
    api.delete({ resource: "pods", name: metadata.name }, { gracePeriodSeconds: 0 }),
  );
  const text = explanationText(explainDeployment(cluster, "web")!);
  expect(text).toMatch(/^deployment\/web at 31s: complete, as its status says\n/);
  expect(text).toContain("available: 2 as reported (really 1: a status is behind), at least 2");
});
