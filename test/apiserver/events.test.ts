import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/api/core.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import {
  EventCorrelator,
  type CorrelatedEvent,
  type ReportedEvent,
} from "../../src/apiserver/events/correlator.ts";
import { EventLog, Happened, type HappenedCode } from "../../src/apiserver/events/log.ts";
import { Cluster, type ClusterOptions } from "../../src/cluster.ts";

const second = 1000;
const minute = 60 * second;

function deployment(replicas: number, image = "web:v1"): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "main", image }] },
      },
    },
  };
}

function world(object: KubeObject, options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster({
    nodes: 1,
    behaviors: [
      {
        match: { image: "*:missing" },
        start: { delay: second },
        fault: { type: "ImagePullBackOff" },
      },
      {
        match: { image: "*:crash" },
        start: { delay: second },
        fault: { type: "CrashLoopBackOff", after: second },
      },
      { start: { delay: second }, ready: { delay: second }, terminate: { delay: second } },
    ],
    ...options,
  });
  cluster.act("create", (api) => expect(api.create(object)).toMatchObject({ ok: true }));
  return cluster;
}

function events(cluster: Cluster, kind?: string): readonly Event[] {
  const all = cluster.api.list("events") as readonly Event[];
  return all.filter(({ involvedObject }) => kind === undefined || involvedObject.kind === kind);
}

/** In the order of `get events`, ages and names of pods aside. */
function texts(cluster: Cluster, kind: string): readonly string[] {
  return events(cluster, kind).map(
    ({ type, reason, message, count }) =>
      `${type} ${reason} ${message.replaceAll(/web-\w+-\w{5}\b/g, "POD")}` +
      (count > 1 ? ` x${count}` : ""),
  );
}

describe("events of pods", () => {
  test("say that a pod was scheduled, its container started, and stopped", () => {
    const cluster = world(deployment(1));
    cluster.runUntil(5 * second);
    cluster.act("delete", (api) => api.delete({ resource: "deployments", name: "web" }));
    expect(texts(cluster, "Pod")).toStrictEqual([
      "Normal Scheduled Successfully assigned default/POD to node-1",
      'Normal Pulled Container image "web:v1" already present on machine',
      "Normal Created Created container: main",
      "Normal Started Started container main",
      "Normal Killing Stopping container main",
    ]);
    const [scheduled, pulled] = events(cluster, "Pod");
    expect(scheduled).toMatchObject({
      source: { component: "default-scheduler" },
      firstTimestamp: "2000-01-01T00:00:00Z",
    });
    expect(pulled).toMatchObject({
      source: { component: "kubelet", host: "node-1" },
      involvedObject: { apiVersion: "v1", fieldPath: "spec.containers{main}" },
      firstTimestamp: "2000-01-01T00:00:01Z",
      reportingComponent: "kubelet",
      reportingInstance: "node-1",
      eventTime: null,
    });
    const uids = new Set(events(cluster, "Pod").map(({ involvedObject }) => involvedObject.uid));
    expect(uids.size).toBe(1);
  });

  test("say that an image cannot be pulled, from the attempt on", () => {
    const cluster = world(deployment(1, "web:missing"));
    cluster.runUntil(0);
    expect(texts(cluster, "Pod").at(-1)).toBe('Normal Pulling Pulling image "web:missing"');
    cluster.runUntil(5 * second);
    expect(texts(cluster, "Pod").slice(1)).toStrictEqual([
      'Normal Pulling Pulling image "web:missing"',
      'Warning Failed Failed to pull image "web:missing": failed to resolve image "web:missing": not found',
      "Warning Failed Error: ErrImagePull",
      'Normal BackOff Back-off pulling image "web:missing"',
      "Warning Failed Error: ImagePullBackOff",
    ]);
    cluster.runUntil(60 * second);
    expect(events(cluster, "Pod").map(({ count }) => count)).toStrictEqual([1, 3, 3, 3, 3, 3]);
  });

  test("count how often a crashing container waited for its restart", () => {
    const cluster = world(deployment(1, "web:crash"));
    cluster.runUntil(2 * minute);
    const backOff = events(cluster, "Pod").filter(({ reason }) => reason === "BackOff");
    expect(backOff).toHaveLength(1);
    const { name, uid } = cluster.api.list("pods")[0]!.metadata;
    expect(backOff[0]).toMatchObject({
      type: "Warning",
      message: `Back-off restarting failed container main in pod ${name}_default(${uid})`,
    });
    expect(backOff[0]!.count).toBeGreaterThan(2);
    expect(Date.parse(backOff[0]!.lastTimestamp)).toBeGreaterThan(
      Date.parse(backOff[0]!.firstTimestamp),
    );
  });

  test("name the nodes that had no room", () => {
    const cluster = world(deployment(3), { nodes: 2, podsPerNode: 1 });
    cluster.runUntil(5 * second);
    const message =
      "0/2 nodes are available: 2 Too many pods. " +
      "no new claims to deallocate, preemption: 0/2 nodes are available: " +
      "2 No preemption victims found for incoming pod.";
    expect(texts(cluster, "Pod").filter((text) => text.startsWith("Warning"))).toStrictEqual([
      `Warning FailedScheduling ${message}`,
    ]);
    const isWaiting = (pod: KubeObject): boolean =>
      (pod["status"] as { phase?: string }).phase === "Pending";
    const scheduled = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    // The condition says the same, in a restored cluster, too.
    for (const each of [cluster, Cluster.restore(cluster.save())]) {
      const [pod] = each.api.list("pods").filter(isWaiting);
      expect(pod?.["status"]).toMatchObject({ conditions: [scheduled] });
    }
  });
});

describe("events of controllers", () => {
  test("name every pod of a batch", () => {
    const cluster = world(deployment(4));
    cluster.runUntil(5 * second);
    const pods = cluster.api.list("pods").map(({ metadata }) => metadata.name);
    const named = (prefix: string): readonly string[] =>
      events(cluster, "ReplicaSet")
        .filter(({ message }) => message.startsWith(prefix))
        .map(({ message }) => message.slice(prefix.length));
    expect(named("Created pod: ").toSorted()).toStrictEqual(pods);
    cluster.act("scale", (api) =>
      api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 1 } }),
    );
    cluster.runUntil(10 * second);
    const [kept] = cluster.api.list("pods").map(({ metadata }) => metadata.name);
    expect(named("Deleted pod: ").toSorted()).toStrictEqual(pods.filter((name) => name !== kept));
  });

  test("are about the very object, by UID", () => {
    const cluster = world(deployment(1));
    const answer = cluster.api.get({ resource: "deployments", name: "web" });
    expect(events(cluster, "Deployment")).toMatchObject([
      {
        reason: "ScalingReplicaSet",
        involvedObject: {
          apiVersion: "apps/v1",
          name: "web",
          uid: answer.ok ? answer.value.metadata.uid : "",
        },
        source: { component: "deployment-controller" },
      },
    ]);
  });

  test("are combined from the tenth distinct message on, and end after 25, then one per 5 min", () => {
    const cluster = world(deployment(40), { podsPerNode: 100 });
    cluster.runUntil(minute);
    const created = events(cluster, "ReplicaSet");
    expect(created).toHaveLength(10);
    const combined = created.find(({ message }) => message.startsWith("(combined from similar "));
    // 25 events in all: nine of their own, and sixteen counted here.
    expect(combined).toMatchObject({ count: 16, reportingComponent: "" });
  });
});

describe("the events together", () => {
  test("are gone an hour after they were written last", () => {
    const cluster = world(deployment(1));
    cluster.runUntil(59 * minute);
    expect(events(cluster).length).toBeGreaterThan(0);
    cluster.runUntil(61 * minute);
    expect(events(cluster)).toHaveLength(0);
  });

  test("are the same whenever they are looked at", () => {
    const play = (look: (cluster: Cluster) => void): readonly Event[] => {
      const cluster = world(deployment(5, "web:crash"));
      for (let i = 1; i <= 60; i++) {
        cluster.runUntil(i * second);
        look(cluster);
        if (i % 7 !== 0) continue;
        cluster.act("scale", (api) =>
          api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: i } }),
        );
      }
      return events(cluster);
    };
    const late = play(() => undefined);
    expect(play((cluster) => events(cluster))).toStrictEqual(late);
    expect(late.length).toBeGreaterThan(50);
  });

  test("survive saving and restoring, read or not", () => {
    for (const look of [false, true]) {
      const cluster = world(deployment(12));
      cluster.runUntil(1500);
      if (look) events(cluster);
      const other = cluster.fork();
      for (const one of [cluster, other]) {
        one.act("scale", (api) =>
          api.patch({ resource: "deployments", name: "web" }, "merge", { spec: { replicas: 3 } }),
        );
        one.runUntil(20 * second);
      }
      expect(events(other)).toStrictEqual(events(cluster));
    }
  });

  test("change no resourceVersion of other objects, and stand beside those of users", () => {
    const cluster = world(deployment(2));
    cluster.runUntil(5 * second);
    const before = cluster.save().store.resourceVersion;
    expect(events(cluster).length).toBeGreaterThan(0);
    expect(cluster.save().store.resourceVersion).toBe(before);
    const mine = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "mine" },
      involvedObject: { kind: "Pod", name: "x", namespace: "default" },
    };
    cluster.act("create", (api) => expect(api.create(mine)).toMatchObject({ ok: true }));
    expect(cluster.api.get({ resource: "events", name: "mine" })).toMatchObject({ ok: true });
    const names = events(cluster).map(({ metadata }) => metadata.name);
    expect(names).toContain("mine");
    expect(names).toStrictEqual(names.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  test("are got, watched and deleted as other objects are", () => {
    const cluster = world(deployment(1));
    cluster.runUntil(0);
    const watch = cluster.api.watch("events");
    cluster.runUntil(1 * second);
    expect(
      watch.take().map(({ type, object }) => `${type} ${String(object["reason"])}`),
    ).toStrictEqual(["ADDED Pulled", "ADDED Created", "ADDED Started"]);
    const { name } = events(cluster)[0]!.metadata;
    expect(cluster.api.get({ resource: "ev", name })).toMatchObject({ ok: false });
    expect(cluster.api.get({ resource: "events", name })).toMatchObject({ ok: true });
    cluster.act("delete", (api) => api.delete({ resource: "events", name }));
    expect(cluster.api.get({ resource: "events", name })).toMatchObject({ ok: false });
    expect(watch.take()).toMatchObject([{ type: "DELETED", object: { metadata: { name } } }]);
    watch.stop();
  });
});

describe("a component's correlator", () => {
  const event = (message: string, reason = "Reason"): ReportedEvent => ({
    source: { component: "test" },
    about: { kind: "Pod", apiVersion: "v1", namespace: "default", name: "x", uid: "1" },
    type: "Normal",
    reason,
    message,
  });
  let names = 0;
  const newName = (): string => `x.${names++}`;
  const correlate = (
    correlator: EventCorrelator,
    message: string,
    ms = 0,
  ): CorrelatedEvent | undefined => correlator.correlate(event(message), ms, newName);

  test("counts the same event under its first name", () => {
    const correlator = new EventCorrelator();
    const first = correlate(correlator, "a", 1000);
    const again = correlate(correlator, "a", 9000);
    expect(again).toMatchObject({ name: first?.name, count: 2, firstMs: 1000, lastMs: 9000 });
  });

  test("begins anew after ten minutes without a similar one", () => {
    const correlator = new EventCorrelator();
    for (let i = 0; i < 9; i++) correlate(correlator, `message ${i}`);
    expect(correlate(correlator, "late", 10 * minute + 1)).toMatchObject({ combined: false });
    const prompt = new EventCorrelator();
    for (let i = 0; i < 9; i++) correlate(prompt, `message ${i}`);
    expect(correlate(prompt, "late", 10 * minute)).toMatchObject({
      combined: true,
      message: "(combined from similar events): late",
    });
  });

  test("writes at most 25 and one more per 5 minutes, whatever comes, and counts all", () => {
    const arrivals = fc.array(fc.tuple(fc.nat(20), fc.nat(4 * minute)), { maxLength: 120 });
    fc.assert(
      fc.property(arrivals, (list) => {
        const correlator = new EventCorrelator();
        let ms = 0;
        let written = 0;
        for (const [text, pause] of list) {
          ms += pause;
          if (correlate(correlator, `message ${text}`, ms) !== undefined) written++;
        }
        expect(written).toBeLessThanOrEqual(25 + Math.floor(ms / (5 * minute)));
        const counted = correlator.save().observed.reduce((sum, [, { count }]) => sum + count, 0);
        expect(counted).toBe(list.length);
      }),
      { seed: 6 },
    );
  });
});

describe("the log behind them", () => {
  test("gives back what was noted, with its times, through saving and restoring", () => {
    const entry = fc.tuple(
      fc.nat(100_000),
      fc.constantFrom<HappenedCode>(Happened.scheduled, Happened.started, Happened.deleting),
      fc.nat(2_000_000),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 300 }), fc.nat(300), (entries, cut) => {
        let log = new EventLog();
        let at = 0;
        const noted = entries.map(([pause, what, row]) => [
          (at += pause % 7 ? 0 : pause),
          what,
          row,
        ]);
        noted.forEach(([ms, what, row], i) => {
          if (i === cut) log = new EventLog(log.save());
          log.note(ms!, what as HappenedCode, row!);
        });
        const read: number[][] = [];
        log.drain((ms, what, row) => read.push([ms, what, row]));
        expect(read).toStrictEqual(noted);
      }),
      { seed: 6 },
    );
  });

  test("forgets the oldest of more than a quarter of a million", () => {
    const log = new EventLog();
    const noted = 300_000;
    for (let row = 0; row < noted; row++) log.note(row, Happened.started, row);
    const read: number[] = [];
    log.drain((ms, _, row) => {
      if (ms === row) read.push(row);
    });
    expect(read.at(-1)).toBe(noted - 1);
    expect(read.length).toBeLessThanOrEqual(1 << 18);
    expect(read.length).toBeGreaterThanOrEqual(1 << 16);
    expect(read).toStrictEqual(read.map((_, i) => read[0]! + i));
  });

  test("forgets what was recorded with what happened beside it, also when it was saved", () => {
    let log = new EventLog();
    const record = (sync: number): void => {
      const about = { kind: "Deployment", namespace: "default", name: "web" };
      const entry = { kind: "event", at: sync, by: "c", sync, about, type: "Normal" } as const;
      const recorded = {
        entry: { ...entry, reason: "R", message: "m" },
        uid: "",
        resourceVersion: "",
      };
      log.noteRecorded(sync, recorded);
    };
    const pairs = 175_000;
    for (let i = 0; i < pairs; i++) {
      if (i === pairs - 1) log = new EventLog(log.save());
      log.note(i, Happened.started, i);
      if (i % 7 === 0) record(i);
    }
    const kept = log.save().recorded.length;
    const read: number[] = [];
    log.drain((at, what, number) => {
      if (what === Happened.recorded) read.push(log.recorded(number).entry.sync! - at);
    });
    expect([read.length, new Set(read)]).toEqual([kept, new Set([0])]);
    expect(kept).toBeLessThan((0.75 * pairs) / 7);
    expect(kept).toBeGreaterThan(2500);
  });
});
