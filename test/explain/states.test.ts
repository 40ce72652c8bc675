/** What an explanation says from write to write, where each takes its time: going on or waiting, and for what. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";
import { explainDeployment, type Explanation } from "../../src/explain/why.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { web } from "../support/web.ts";

const second = 1000;
const update = "set image deployment/web web=web:v2";
const silent = { readFile: () => undefined, out: () => undefined, err: () => undefined };

interface Situation extends ClusterOptions {
  readonly spec?: object;
  /** One after the other at 60 s. */
  readonly commands: readonly string[];
}

function begun({ spec, commands, ...options }: Situation): Cluster {
  const cluster = new Cluster(options);
  const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
  cluster.act("create", (api) => api.create(web(4, { strategy, ...spec })));
  cluster.runUntil(60 * second);
  for (const command of commands) expect(runKubectl(cluster, command, silent).code).toBe(0);
  return cluster;
}

function now(cluster: Cluster): Explanation {
  return explainDeployment(cluster, "web")!;
}

/** Each write takes 100 ms; one line for each time that the state, or what would help, changes. */
function timeline(situation: Situation, untilMs: number): readonly string[] {
  const cluster = begun({ controlPlane: { qps: 20, burst: 30, latency: 100 }, ...situation });
  const lines: string[] = [];
  let before = "";
  while (cluster.now <= untilMs && cluster.nextEventAt() !== undefined) {
    const { at, state, wouldHelp } = now(cluster);
    const told = [state, ...wouldHelp].join("; ");
    if (told !== before) lines.push(`${at / second} ${told}`);
    before = told;
    cluster.step();
  }
  return lines;
}

/** Of the first image, two pods never get ready. */
const behaviors = [
  { match: { image: "web:v1" }, fault: { type: "NeverReady" as const, first: 2 } },
  { ready: { delay: 5 * second } },
];

describe("a Deployment that is told from write to write", () => {
  test("goes on while it removes unhealthy pods and steps forward, else waits for so many", () => {
    expect(timeline({ commands: [update], behaviors }, 66_000)).toEqual([
      "60 going on; 2 more pods becoming available",
      "60.3 going on",
      "60.5 waiting; one more new pod becoming available",
      "65.3 going on; one more pod becoming available",
      "65.4 going on",
      "65.6 waiting; one more new pod becoming available",
      "65.9 going on",
    ]);
  });

  test("that recreates its pods goes on twice, and waits for old pods, then for new ones", () => {
    const slow = [{ terminate: { delay: 5 * second } }];
    const situation = { commands: [update], spec: { strategy: { type: "Recreate" } } };
    expect(timeline({ ...situation, behaviors: slow }, 65_700)).toEqual([
      "60 going on",
      "60.1 waiting; 4 old pods ending",
      "65.2 going on",
      "65.3 waiting",
      "65.6 waiting; 4 more pods becoming available",
    ]);
  });

  test.each([
    ["with one ReplicaSet", ["scale deployment/web --replicas=6"], ["60 going on", "60.1 waiting"]],
    ["to fewer", ["scale deployment/web --replicas=2"], ["60 going on", "60.1 waiting"]],
  ])("that is scaled %s goes on until its size is written", (_, commands, lines) => {
    expect(timeline({ commands }, 60_200)).toEqual(lines);
  });

  test("that is scaled in mid-rollout goes on until the shares are written", () => {
    const commands = [update, "wait deployment/web --for=jsonpath={.status.updatedReplicas}=2"];
    const scaled = [...commands, "scale deployment/web --replicas=8"];
    const slow = [{ ready: { delay: 9 * second } }];
    const [first, next] = timeline({ commands: scaled, behaviors: slow }, 62_000);
    expect([first, next]).toEqual([
      expect.stringMatching(/ going on$/),
      expect.stringMatching(/ waiting; 3 more new pods becoming available$/),
    ]);
  });
});

/** Nobody is behind its Service. */
const policy = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "policy" },
  spec: { selector: { app: "policy" }, ports: [{ port: 443 }] },
};
const webhook = {
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "policy" },
  webhooks: [
    {
      name: "pods.example.com",
      clientConfig: { service: { name: "policy", namespace: "default" } },
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
      ],
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
};

describe("a Deployment at rest", () => {
  const later = (situation: Situation, ms: number): Explanation => {
    const cluster = begun(situation);
    cluster.runUntil(ms);
    return now(cluster);
  };

  test("is not complete while an old pod stands in for the last new one", () => {
    const strategy = { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    const ready = [{ ready: { delay: 5 * second } }];
    const e = later({ commands: [update], spec: { strategy }, behaviors: ready }, 77_000);
    expect([e.state, e.asked, e.available, e.reallyAvailable]).toEqual(["waiting", 5, 4, 4]);
  });

  test("is paused rather than overdue, and counts only pods that are available", () => {
    const e = later(
      {
        commands: [
          update,
          "wait deployment/web --for=condition=Progressing=false --timeout=60s",
          "rollout pause deployment/web",
        ],
        spec: { progressDeadlineSeconds: 10 },
        behaviors: [{ match: { image: "web:v2" }, fault: { type: "NeverReady" } }],
      },
      90_000,
    );
    expect([e.state, e.available, e.reallyAvailable]).toEqual(["paused", 3, 3]);
  });

  test("names a quota once, however many of its ReplicaSets it holds back", () => {
    const quota = "create quota pods --hard=pods=2";
    const e = later({ commands: [quota, "delete pod -l app=web --wait=false", update] }, 80_000);
    expect(e.decisions.filter(({ id }) => id === "replicaset/create-refused")).toHaveLength(2);
    expect(e.wouldHelp).toEqual([
      "one more new pod becoming available",
      "room in the quota pods (requested: pods=1, used: pods=4, limited: pods=2)",
    ]);
  });

  test("needs no other strategy for pods that fit nowhere, where old ones may go first", () => {
    const patch = JSON.stringify({ spec: { template: { spec: { nodeSelector: { a: "b" } } } } });
    const e = later({ commands: [`patch deployment web -p '${patch}'`] }, 80_000);
    expect(e.wouldHelp).toEqual([
      "one more new pod becoming available",
      "a node on which the pods fit, or a template that fits on those there are",
      "kubectl rollout undo deployment/web",
    ]);
  });

  test("names the webhook that keeps its pods out, or says that they are refused", () => {
    const help = (objects: readonly KubeObject[], command: string): readonly string[] => {
      const cluster = begun({ commands: [] });
      for (const object of objects) cluster.act("create", (api) => api.create(object));
      runKubectl(cluster, command, silent);
      cluster.runUntil(80_000);
      return now(cluster).wouldHelp;
    };
    expect(help([policy, webhook], update)).toEqual([
      "one more new pod becoming available",
      "an answer of the webhook pods.example.com, or failurePolicy Ignore for it",
    ]);
    const spec = { template: { spec: { priorityClassName: "none" } } };
    expect(help([], `patch deployment web -p '${JSON.stringify({ spec })}'`)).toEqual([
      "one more new pod becoming available",
      "room for more pods where they are refused, or a strategy with less surge",
    ]);
  });

  test("is not asked for another template because of old pods that cannot start", () => {
    const broken = [
      { match: { image: "web:v1" }, fault: { type: "ImagePullBackOff" as const } },
      { match: { image: "web:v2" }, fault: { type: "NeverReady" as const } },
    ];
    const e = later({ commands: [update], behaviors: broken }, 80_000);
    expect(e.wouldHelp).toEqual(["one more new pod becoming available"]);
  });

  test("has pods that are available in whole seconds, rounded up, and then are", () => {
    const cluster = begun({ commands: [update], spec: { minReadySeconds: 30 } });
    const states = (): readonly string[] =>
      now(cluster).replicaSets[0]!.pods.map(({ state }) => state);
    cluster.runUntil(80_500);
    expect(states()).toEqual(["ready, available in 11s"]);
    cluster.runBefore(91_000);
    expect(states()).toEqual(["available"]);
  });
});
