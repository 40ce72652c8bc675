import { describe, expect, test } from "vitest";
import type { TraceEntry } from "../../src/api/trace.ts";
import { momentsOf } from "../../src/report/moments.ts";
import { decision, deployment, instant, print, replicaSet, step } from "./entries.ts";

describe("a moment", () => {
  test("is an instant at which a Deployment looks different", () => {
    const moments = momentsOf([
      deployment(0, { replicas: 2 }),
      replicaSet(0, 1, 2, 0),
      instant(0),
      instant(5),
      replicaSet(1000, 1, 2, 1),
      instant(1000),
      deployment(2000, { replicas: 2 }),
      instant(2000),
    ]);
    expect(moments.map(({ at }) => at)).toEqual([0, 1000]);
    expect(moments[1]?.rows[0]?.sets[0]?.counts).toMatchObject({ pods: 2, ready: 1 });
  });

  test("keeps the names of ReplicaSets that a cache behind its time gave one revision", () => {
    const first = replicaSet(0, 7, 2, 0);
    const second = JSON.parse(JSON.stringify(first).replaceAll("web-7", "web-x")) as TraceEntry;
    const [moment] = momentsOf([
      deployment(0, { replicas: 2 }),
      first,
      second,
      decision(0, "deployment/rolling/no-room-to-surge", "web-x stays"),
      instant(0),
    ]);
    expect(moment?.reasons.map(({ text }) => text)).toEqual(["web-x stays"]);
  });

  test("tells what was decided, with revisions instead of names", () => {
    const [moment] = momentsOf([
      deployment(0, { replicas: 2 }),
      replicaSet(0, 7, 2, 0),
      decision(0, "deployment/rolling/scale-up-new", "13 - 10 = 3: web-7 grows", {
        from: 0,
        to: 3,
      }),
      decision(0, "deployment/rolling/no-room-to-surge", "web-7 stays"),
      decision(0, "deployment/rolling/scale-up-new", "13 - 10 = 3: web-7 grows", {
        from: 0,
        to: 3,
      }),
      instant(0),
    ]);
    expect(moment?.reasons.map(({ mark, text }) => [mark, text])).toEqual([
      ["▲", "13 - 10 = 3: revision 7 grows"],
      ["•", "revision 7 stays"], // nothing more happens: this holds it
    ]);
  });

  test("leaves the names of pods whole, which begin with a ReplicaSet's", () => {
    const [moment] = momentsOf([
      deployment(0, { replicas: 2 }),
      replicaSet(0, 7, 2, 0),
      decision(0, "replicaset/create-refused", 'pods "web-7-abcde" is forbidden: web-7 has 0'),
      instant(0),
    ]);
    expect(moment?.reasons.map(({ text }) => text)).toEqual([
      'pods "web-7-abcde" is forbidden: revision 7 has 0',
    ]);
  });

  test("counts the pods that a drain evicts, by revision", () => {
    const evicted = (name: string): TraceEntry => ({
      kind: "write",
      at: 0,
      by: "drain",
      verb: "delete",
      resource: "pods",
      namespace: "default",
      name,
    });
    const [moment] = momentsOf([
      deployment(0, { replicas: 3 }),
      replicaSet(0, 1, 1, 1),
      replicaSet(0, 2, 2, 2),
      evicted("web-1-a"),
      evicted("web-2-a"),
      evicted("web-2-b"),
      evicted("other"),
      instant(0),
    ]);
    expect(moment?.reasons.map(({ text }) => text)).toEqual([
      "The drain evicts a pod of revision 1.",
      "The drain evicts 2 pods of revision 2.",
    ]);
  });

  describe("of evictions that a budget refuses", () => {
    const refused = (at: number, name: string, healthy = 3): TraceEntry => ({
      kind: "decision",
      at,
      by: "apiserver",
      sync: 0,
      key: `default/${name}`,
      id: "disruption/too-few-healthy",
      weighed: { budget: "web", desired: 3, healthy, pod: name },
      sentence: `The budget web needs 3 healthy pods and has ${healthy}: ${name} is not evicted.`,
    });
    const start = [deployment(0, { replicas: 3 }), replicaSet(0, 1, 3, 3)];
    const texts = (trace: readonly TraceEntry[]): readonly (readonly string[])[] =>
      momentsOf([...start, ...trace]).map(({ reasons }) => reasons.map(({ text }) => text));

    test("counts the pods, by revision", () => {
      const trace = [refused(0, "web-1-a"), refused(0, "web-1-b"), refused(0, "bare"), instant(0)];
      expect(texts(trace)).toEqual([
        [
          "The budget web needs 3 healthy pods and has 3: 2 pods of revision 1 are not evicted.",
          "The budget web needs 3 healthy pods and has 3: bare is not evicted.",
        ],
      ]);
    });

    test("tells once what is asked again and again, until something else is answered", () => {
      const trace = [0, 5000, 10_000].flatMap((at) => [refused(at, "web-1-a"), instant(at)]);
      const [moment, ...more] = momentsOf([...start, ...trace, refused(15_000, "web-1-a", 2)]);
      expect(moment?.reasons).toHaveLength(1);
      expect(more).toMatchObject([{ at: 15_000, skipped: 2 }]);
    });
  });

  test("tells once what a command prints again and again on stderr, and how often", () => {
    const print = (at: number, stream: "stdout" | "stderr", text: string): TraceEntry => ({
      kind: "output",
      at,
      stream,
      text: `${text}\n`,
    });
    const again = (at: number): TraceEntry[] => [
      print(at, "stdout", "evicting pod default/x"),
      print(at, "stderr", "error: will retry after 5s"),
      instant(at),
    ];
    const moments = momentsOf([
      { kind: "step", at: 0, name: "kubectl drain node-1" },
      ...again(0),
      ...again(5000),
      ...again(10_000),
      print(12_000, "stdout", "pod/x evicted"),
      instant(12_000),
    ]);
    expect(moments).toMatchObject([
      { at: 0, commands: [{ output: [{}, {}] }] },
      { at: 12_000, commands: [{ again: 2, output: [{ text: "pod/x evicted" }] }] },
    ]);
  });

  test("has the output of its commands, and apart from it what rollout status says", () => {
    const [moment] = momentsOf([
      deployment(0, { replicas: 2, updated: 2, available: 1 }),
      step(0, "kubectl get rs"),
      print(0, "NAME   DESIRED\nweb-1  2\n"),
      step(0, "kubectl rollout status deploy/web"),
      print(
        0,
        'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...\n',
      ),
      print(
        0,
        'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...\n',
      ),
      instant(0),
    ]);
    expect(
      moment?.commands.map(({ name, output }) => [name, output.map(({ text }) => text)]),
    ).toEqual([
      ["kubectl get rs", ["NAME   DESIRED", "web-1  2"]],
      ["kubectl rollout status deploy/web", []],
    ]);
    expect(moment?.status).toEqual([
      {
        text: 'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
        by: "command",
      },
    ]);
  });

  test("has what rollout status says each time that it is asked, the same text too", () => {
    const done = print(0, 'deployment "web" successfully rolled out\n');
    const ask = step(0, "kubectl rollout status deploy/web");
    const entries = [deployment(0, { replicas: 2, updated: 2, available: 2 }), ask, done];
    const moments = momentsOf([
      ...entries,
      instant(0),
      { ...ask, at: 9 },
      { ...done, at: 9 },
      instant(9),
    ]);
    expect(moments.map(({ status }) => status.map(({ by }) => by))).toEqual([
      ["command"],
      ["command"],
    ]);
  });

  test("says what rollout status would print, when nobody asked and it changed", () => {
    const moments = momentsOf([
      deployment(0, { replicas: 2, updated: 2, available: 1 }),
      instant(0),
      deployment(1000, { replicas: 2, updated: 2, available: 2 }),
      instant(1000),
    ]);
    expect(moments.map(({ status }) => status.map(({ text, by }) => [by, text]))).toEqual([
      [
        [
          "nobody",
          'Waiting for deployment "web" rollout to finish: 1 of 2 updated replicas are available...',
        ],
      ],
      [["nobody", 'deployment "web" successfully rolled out']],
    ]);
  });

  test("is cut where a user acts on what happened before at the same instant", () => {
    const moments = momentsOf([
      deployment(0, { replicas: 2 }),
      decision(0, "progress/deadline-passed", "No progress"),
      step(0, "kubectl rollout undo deploy/web"),
      instant(0),
    ]);
    expect(moments.map(({ commands, reasons }) => [commands.length, reasons.length])).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test("of a big rollout comes for every twentieth of its pods, and counts what it leaves out", () => {
    const entries = Array.from({ length: 1001 }, (_, ready) => [
      deployment(ready, { replicas: 1000, updated: 1000, available: ready }),
      replicaSet(ready, 1, 1000, ready),
      decision(ready, "deployment/rolling/scale-down-old", `${ready}`, { from: 2, to: 1 }),
      instant(ready),
    ]).flat();
    const moments = momentsOf(entries);
    expect(moments.length).toBe(21);
    expect(moments[1]).toMatchObject({ at: 50, skipped: 49 });
  });

  test("tells a refusal once, however often it is tried again", () => {
    const refusal = (at: number): TraceEntry =>
      decision(at, "replicaset/create-refused", "A pod was refused (quota).", { error: "quota" });
    const moments = momentsOf([
      refusal(0),
      instant(0),
      refusal(5),
      instant(5),
      refusal(15),
      instant(15),
    ]);
    expect(moments.map(({ at }) => at)).toEqual([0]);
  });

  test("tells which expectation failed there", () => {
    const [moment] = momentsOf([
      { kind: "expectation", at: 0, that: "a == 1", held: false, detail: "a is 2" },
      { kind: "expectation", at: 0, that: "b == 1", held: true },
      instant(0),
    ]);
    expect(moment?.broken).toEqual(["a == 1 (a is 2)"]);
  });
});
