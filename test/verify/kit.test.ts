import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../src/api/apps.ts";
import { Cluster } from "../../src/cluster.ts";
import {
  allAssumptions,
  deployments,
  faults,
  guaranteesOf,
  healthyBehaviors,
  LawBroken,
  perform,
  rolloutCommands,
  rolloutView,
  RolloutWatch,
  userActions,
  worlds,
  type UserAction,
} from "../../src/verify.ts";
import { runs } from "../support/seed.ts";
import { web } from "../support/web.ts";

type Command = ReturnType<typeof rolloutCommands>[number] extends fc.Arbitrary<infer T> ? T : never;

describe("arbitraries", () => {
  test("make Deployments that the API server accepts", () => {
    fc.assert(
      fc.property(deployments({ mostMinReadySeconds: 20 }), (manifest) => {
        expect(new Cluster().api.create(manifest).ok).toBe(true);
      }),
      runs(50),
    );
  });

  test("make worlds and healthy behaviors in which every Deployment completes", () => {
    fc.assert(
      fc.property(deployments(), healthyBehaviors(), worlds(), (manifest, behaviors, world) => {
        const cluster = new Cluster({ behaviors, ...world });
        cluster.act("create", (api) => api.create(manifest));
        cluster.runUntil(120_000);
        const { replicas, sets } = rolloutView(cluster, "web")!;
        expect(sets).toMatchObject([{ spec: replicas, available: replicas }]);
      }),
      runs(30),
    );
  });

  test("make faults of new pods, under which no law breaks", () => {
    fc.assert(
      fc.property(faults(), worlds(), (fault, world) => {
        const broken = { match: { image: "*:v2" }, fault };
        const cluster = new Cluster({ behaviors: [broken, { ready: { delay: 1_000 } }], ...world });
        const created = cluster.act("create", (api) => api.create(web(4)));
        if (!created.ok) throw new Error(created.status.message);
        cluster.runUntil(30_000);
        const watch = new RolloutWatch(cluster, "web");
        perform(cluster, created.value, { after: 0, do: "update", version: 2 }, watch);
        cluster.runUntil(120_000);
        expect(watch.breaches).toEqual([]);
        expect(watch.judged.get("P2")).toBeGreaterThan(0);
      }),
      runs(30),
    );
  });

  test("shrink a run that breaks a law to a handful of steps", () => {
    const holds = allAssumptions.filter((name) => name !== "bad" && name !== "acc");
    const result = fc.check(
      fc.property(deployments(), userActions(["update", "scale"]), (manifest, actions) => {
        const cluster = new Cluster({ behaviors: [{ ready: { delay: 4_000, jitter: 4_000 } }] });
        const created = cluster.act("create", (api) => api.create(manifest));
        if (!created.ok) throw new Error(created.status.message);
        cluster.runBefore(30_000);
        // A folk claim: replicas - maxUnavailable pods are available at all times, scaling included.
        const watch = new RolloutWatch(cluster, "default/web", holds, ["P3"]);
        for (const action of actions) {
          cluster.runBefore(cluster.now + action.after);
          perform(cluster, created.value, action, watch);
        }
        cluster.runUntil(cluster.now + 30_000);
        if (watch.breaches.length > 0) throw new LawBroken(watch.breaches[0]!);
      }),
      runs(200),
    );
    expect(result.failed).toBe(true);
    const [manifest, actions] = result.counterexample!;
    expect(actions.map((action) => action.do)).toEqual(["scale"]);
    expect((manifest as Deployment).spec.replicas).toBe(1);
  });

  test("drive model-based tests by commands", () => {
    fc.assert(
      fc.property(fc.commands(rolloutCommands(), { maxCommands: 12 }), (commands) => {
        const cluster = new Cluster({ behaviors: [{ ready: { delay: 2_000 } }] });
        const created = cluster.act("create", (api) => api.create(web(5)));
        if (!created.ok) throw new Error(created.status.message);
        cluster.runUntil(30_000);
        const holds = allAssumptions.filter((name) => name !== "bad" && name !== "acc");
        const watch = new RolloutWatch(cluster, "default/web", holds);
        const real = { cluster, deployment: created.value as Deployment, watch };
        fc.modelRun(() => ({ model: { paused: false }, real }), commands);
      }),
      runs(40),
    );
  });
});

describe("a watch", () => {
  test("is of a Deployment that is there, in the namespace default unless it is named", () => {
    const cluster = new Cluster();
    cluster.act("create", (api) => api.create(web(1)));
    expect(rolloutView(cluster, "web")).toEqual(rolloutView(cluster, "default/web"));
    expect(() => new RolloutWatch(cluster, "wep", [])).toThrow("no Deployment wep in the cluster");
    const named = (...laws: string[]) => new RolloutWatch(cluster, "web", undefined, laws);
    expect(() => named("P33")).toThrow('laws: got "P33"; use any of P2, P3');
    expect(() => new RolloutWatch(cluster, "web", ["fw" as never])).toThrow('holds: got "fw"; use');
    expect(() => {
      named("P3").giveUp("fw" as never);
    }).toThrow('giveUp: got "fw"; use any of fwd');
  });
});

describe("what a watch judges", () => {
  const image = (version: number): object => ({
    spec: { template: { spec: { containers: [{ name: "web", image: `web:${version}` }] } } },
  });

  /** The Deployment, beside another one, after updates. */
  function updated(updates: number, minReadySeconds = 0): Cluster {
    const cluster = new Cluster();
    for (const name of ["web", "other"]) {
      const manifest = { ...web(2), metadata: { name } };
      const spec = { ...(manifest as unknown as Deployment).spec, minReadySeconds };
      cluster.act("create", (api) => api.create({ ...manifest, spec }));
    }
    for (let version = 0; version <= updates; version++) {
      cluster.runUntil((version + 1) * 60_000);
      cluster.act("update", (api) =>
        api.patch({ resource: "deployments", name: "web" }, "strategic", image(version)),
      );
    }
    cluster.runUntil((updates + 2) * 60_000);
    return cluster;
  }

  test("are the ReplicaSets of its Deployment alone, oldest first", () => {
    const { sets, current } = rolloutView(updated(3), "web")!;
    expect(sets.map(({ spec }) => spec)).toEqual([0, 0, 0, 0, 2]);
    expect(current).toBe(4);
  });

  test("is what holds of it: not what takes minReadySeconds to be 0 where they are not", () => {
    const judged = (seconds: number): readonly string[] => {
      const watch = new RolloutWatch(updated(0, seconds), "web");
      watch.judge();
      return [...watch.judged.keys()];
    };
    const slow = judged(5);
    expect(judged(0).filter((law) => !slow.includes(law))).toEqual(["P3", "P10"]);
  });

  test("ends for all when it is stopped", () => {
    const cluster = updated(0);
    const watch = new RolloutWatch(cluster, "web");
    watch.stop();
    cluster.act("update", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "strategic", image(9)),
    );
    cluster.runUntil(cluster.now + 60_000);
    expect(watch.judged.size).toBe(0);
  });
});

describe("actions within a run", () => {
  function begun(schedule: string): {
    cluster: Cluster;
    deployment: Deployment;
    watch: RolloutWatch;
  } {
    const cluster = new Cluster({ schedule: { name: schedule, fromMs: 30_000 } });
    const created = cluster.act("create", (api) => api.create(web(2)));
    if (!created.ok) throw new Error(created.status.message);
    cluster.runUntil(30_000);
    const watch = new RolloutWatch(cluster, "default/web", allAssumptions);
    return { cluster, deployment: created.value as Deployment, watch };
  }

  const noPod = ["P3", "P5", "P8", "P10", "P15"];
  test.each<[UserAction, object | undefined, string[]]>([
    [
      { after: 0, do: "update", version: 1 },
      { kubectl: "set image deployment/web web=web:check-1" },
      [],
    ],
    // Of a Deployment with one revision.
    [{ after: 0, do: "undo" }, undefined, []],
    [
      { after: 0, do: "scale", replicas: 3 },
      { kubectl: "scale deployment/web --replicas=3" },
      ["P2", "P3", "P4", "P5", "P7", "P8", "P9", "P10", "P15"],
    ],
    [
      { after: 0, do: "pause" },
      { kubectl: "rollout pause deployment/web" },
      ["P3", "P5", "P8", "P9", "P10", "P15"],
    ],
    [{ after: 0, do: "resume" }, undefined, []],
    [{ after: 0, do: "kill-pod", pod: 3 }, { fault: { type: "PodKill" } }, noPod],
    [
      { after: 0, do: "drain-node", node: 4 },
      { fault: { type: "NodeDrain", on: "node/node-2" } },
      noPod,
    ],
    [
      { after: 0, do: "kill-node", node: 2 },
      { fault: { type: "NodeDown", on: "node/node-3" } },
      noPod,
    ],
    [
      { after: 0, do: "lag", schedule: "random" },
      undefined,
      ["P2", "P3", "P4", "P5", "P7", "P9", "P10", "P15"],
    ],
    [{ after: 0, do: "lag", schedule: "random-own" }, undefined, []],
    [{ after: 0, do: "lag", schedule: "fresh" }, undefined, []],
  ])("given as %j are told as %j, and end the laws %j", (action, step, ended) => {
    const { cluster, deployment, watch } = begun("random-own");
    watch.judge();
    const before = [...watch.judged.keys()];
    watch.judged.clear();
    const told = perform(cluster, deployment, action, watch);
    if (step === undefined) expect(told).toBeUndefined();
    else expect(told).toMatchObject(step);
    cluster.runUntil(60_000);
    watch.judged.clear();
    watch.judge();
    expect(before.filter((law) => !watch.judged.has(law))).toEqual(ended);
  });

  test("are commands, too, which remember a pause, let time pass, and throw where a law is broken", () => {
    const all = fc.sample(fc.oneof(...rolloutCommands()), { seed: 1, numRuns: 200 });
    const named = (word: string) => all.find((command) => String(command).includes(word))!;
    const [pause, resume, undo, update, scale, advance] = [
      "pause",
      "resume",
      "undo",
      "update",
      "scale",
      "advance",
    ].map(named) as [Command, Command, Command, Command, Command, Command];
    const real = begun("fresh");
    const { cluster } = real;
    const model = { paused: false };
    const spec = (): Deployment["spec"] => {
      const found = cluster.api.get({ resource: "deployments", name: "web" });
      return (found as unknown as { readonly value: Deployment }).value.spec;
    };
    const possible = (): boolean[] =>
      [pause, resume, undo, update].map((command) => command.check(model));
    expect(possible()).toEqual([true, false, true, true]);
    pause.run(model, real);
    expect([model.paused, spec().paused, possible()]).toEqual([
      true,
      true,
      [false, true, false, true],
    ]);
    resume.run(model, real);
    expect([model.paused, spec().paused]).toEqual([false, undefined]);
    const before = cluster.now;
    advance.run(model, real);
    expect(String(advance)).toBe(`advance ${cluster.now - before} ms`);
    const claim = { id: "never", statement: "Nothing is right.", margin: () => -1 };
    const watch = new RolloutWatch(cluster, "default/web", allAssumptions, [claim]);
    for (const command of [scale, advance]) {
      expect(() => command.run(model, { ...real, watch })).toThrow(
        /^never at \d+ ms, by .*: Nothing is right\.$/,
      );
    }
  });

  test("evict a pod where its budget can spare it, and do nothing where it cannot", () => {
    const { cluster, deployment, watch } = begun("random-own");
    const evict = { after: 0, do: "evict-pod", pod: 0 } as const;
    cluster.act("budget", (api) =>
      api.create({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web" },
        spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
      }),
    );
    expect(perform(cluster, deployment, evict, watch)).toMatchObject({
      fault: { type: "PodEvict" },
    });
    expect(perform(cluster, deployment, evict, watch)).toBeUndefined();
  });

  test("let caches lag and catch up, in a cluster that is saved with it; its letters replay it", () => {
    const { cluster, deployment, watch } = begun("random-own");
    const go = (action: UserAction): unknown => perform(cluster, deployment, action, watch);
    go({ after: 0, do: "lag", schedule: "random" });
    go({ after: 0, do: "update", version: 1 });
    const fork = cluster.fork();
    for (const each of [cluster, fork]) each.runUntil(60_000);
    expect(fork.playedSchedule).toBe(cluster.playedSchedule);
    go({ after: 0, do: "lag", schedule: "fresh" });
    go({ after: 0, do: "update", version: 2 });
    cluster.runUntil(90_000);
    const again = begun(cluster.playedSchedule);
    for (const [version, until] of [
      [1, 60_000],
      [2, 90_000],
    ] as const) {
      perform(again.cluster, again.deployment, { after: 0, do: "update", version }, again.watch);
      again.cluster.runUntil(until);
    }
    expect(again.cluster.trace.entries).toEqual(cluster.trace.entries);
  });

  test("do nothing to caches that are never behind, which the cluster itself refuses", () => {
    const { cluster, deployment, watch } = begun("fresh");
    const lag = { after: 0, do: "lag", schedule: "random" } as const;
    expect(perform(cluster, deployment, lag, watch)).toBeUndefined();
    expect(() => cluster.switchSchedule("random")).toThrow("create it with another");
  });
});

describe("guarantees", () => {
  test("are the numbers of the laws for 10 replicas at 25% and 25%", () => {
    const { guarantees } = guaranteesOf(web(10));
    const numbers = Object.fromEntries(guarantees.map(({ name, number }) => [name, number]));
    expect(numbers).toMatchObject({
      "least available at every moment": 8,
      "most pods asked for": 13,
      "most pods that are not terminating": 18,
      "pods that a bad image can break": 5,
      "longest rollout when it is scaled down in mid-rollout": undefined,
      "longest stall before the deadline is reported": 601,
    });
  });

  test("are the same for a manifest and for what the API server made of it", () => {
    const stored = new Cluster().api.create(web(10));
    expect(stored.ok && guaranteesOf(stored.value)).toEqual(guaranteesOf(web(10)));
  });

  test("are not given for what is no Deployment", () => {
    expect(() => guaranteesOf(web(-1))).toThrow("must be greater than or equal to 0");
    expect(() => guaranteesOf({ ...web(1), kind: "StatefulSet" })).toThrow("use a Deployment");
    expect(() => guaranteesOf({} as Deployment)).toThrow("got apiVersion undefined");
    expect(() => guaranteesOf(web(1, { replica: 3 }))).toThrow('unknown field "spec.replica"');
  });
});

describe("the commands of rollouts", () => {
  const drawn = fc.sample(fc.oneof(...rolloutCommands()), { seed: 1, numRuns: 200 });
  const named = new Map(
    drawn.map((command) => [command.toString().replaceAll(/\d+/g, "N"), command]),
  );

  test("are all that a user can do, each with what it is about", () => {
    expect([...named.keys()].toSorted()).toEqual([
      "advance N ms",
      '{"after":N,"do":"drain-node","node":N}',
      '{"after":N,"do":"evict-pod","pod":N}',
      '{"after":N,"do":"kill-node","node":N}',
      '{"after":N,"do":"kill-pod","pod":N}',
      '{"after":N,"do":"lag","schedule":"fresh"}',
      '{"after":N,"do":"lag","schedule":"random"}',
      '{"after":N,"do":"lag","schedule":"random-own"}',
      '{"after":N,"do":"pause"}',
      '{"after":N,"do":"resume"}',
      '{"after":N,"do":"scale","replicas":N}',
      '{"after":N,"do":"undo"}',
      '{"after":N,"do":"update","version":N}',
    ]);
  });

  test("resume only what is paused, and neither undo nor pause it", () => {
    const possible = (paused: boolean): string[] =>
      [...named].flatMap(([name, command]) =>
        command.check({ paused }) ? [/"do":"([a-z-]+)"/.exec(name)?.[1] ?? name] : [],
      );
    const losses = ["drain-node", "evict-pod", "kill-node", "kill-pod"];
    const always = ["advance N ms", "lag", "scale", "update", ...losses];
    const allowed = (paused: boolean): string[] => [...new Set(possible(paused))].toSorted();
    expect(allowed(true)).toEqual([...always, "resume"].toSorted());
    expect(allowed(false)).toEqual([...always, "pause", "undo"].toSorted());
  });
});
