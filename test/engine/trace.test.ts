import { describe, expect, test } from "vitest";
import type { PodsEntry, TraceEntry } from "../../src/api/trace.ts";
import { Trace } from "../../src/engine/trace.ts";

const ready: PodsEntry = {
  kind: "pods",
  at: 5,
  by: "kubelet",
  change: "ready",
  key: "d/web",
  count: 1,
};
const step: TraceEntry = { kind: "step", at: 5, name: "apply" };

describe("the trace", () => {
  test("counts pods together to which the same happened at the same instant", () => {
    const trace = new Trace();
    trace.add(ready);
    trace.add({ ...ready, count: 2 });
    trace.addPod(5, "kubelet", "ready", "d/web");
    trace.add({ ...ready, at: 6 });
    trace.add(step);
    trace.add({ ...ready, at: 6 });
    const counts = trace.entries.map((entry) => (entry.kind === "pods" ? entry.count : entry.kind));
    expect(counts).toEqual([4, 1, "step", 1]);
  });

  test("counts none with those that something else came after", () => {
    const trace = new Trace();
    const add = (): void => trace.addPod(5, "kubelet", "ready", "d/web");
    add();
    add();
    trace.add(step);
    add();
    expect(trace.entries).toEqual([{ ...ready, count: 2 }, step, ready]);
  });

  test("tells those who come to listen of each pod from then on, though some were counted before", () => {
    const trace = new Trace();
    const add = (): void => trace.addPod(5, "kubelet", "ready", "d/web");
    add();
    add();
    const heard: TraceEntry[] = [];
    trace.on("pods", (entry) => heard.push(entry));
    add();
    expect([heard, trace.entries]).toEqual([[ready], [{ ...ready, count: 3 }]]);
  });

  test.each([{ at: 6 }, { by: "user" }, { change: "gone" }, { key: "d/other" }] as const)(
    "keeps apart pods that differ in %o",
    (difference) => {
      const trace = new Trace();
      trace.add(ready);
      trace.add({ ...ready, ...difference });
      const { at, by, change, key } = { ...ready, ...difference };
      trace.addPod(at, by, change, key);
      trace.addPod(ready.at, ready.by, ready.change, ready.key);
      expect(trace.entries).toMatchObject([{ count: 1 }, { count: 2 }, { count: 1 }]);
    },
  );

  test("does not change an entry that was handed out", () => {
    const trace = new Trace();
    trace.add(ready);
    trace.addPod(5, "kubelet", "ready", "d/web");
    const kept = trace.entries[0];
    trace.addPod(5, "kubelet", "ready", "d/web");
    expect([ready.count, kept, trace.entries[0]]).toEqual([
      1,
      { ...ready, count: 2 },
      { ...ready, count: 3 },
    ]);
  });

  test("keeps the last entries alone where it is limited, and tells of all", () => {
    const trace = new Trace([], 3);
    const heard: number[] = [];
    trace.on("step", ({ at }) => heard.push(at));
    for (let at = 1; at <= 8; at++) trace.add({ ...step, at });
    expect(trace.entries.map(({ at }) => at)).toEqual([4, 5, 6, 7, 8]);
    expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("tells listeners of their kind, one pod at a time, until they leave", () => {
    const trace = new Trace();
    const heard: TraceEntry[] = [];
    const leave = trace.on("pods", (entry) => heard.push(entry));
    trace.add(step);
    trace.add(ready);
    trace.addPod(5, "kubelet", "ready", "d/web");
    expect(heard).toEqual([ready, ready]);
    leave();
    trace.add(ready);
    expect(heard).toHaveLength(2);
  });

  test("goes on when a listener throws, tells the others, and keeps the error", () => {
    const trace = new Trace();
    const heard: string[] = [];
    trace.on("step", () => {
      throw new Error("listener's own bug");
    });
    trace.on("step", ({ name }) => heard.push(name));
    trace.add(step);
    expect(heard).toEqual(["apply"]);
    expect(trace.entries).toEqual([step]);
    expect(trace.listenerErrors).toMatchObject([{ message: "listener's own bug" }]);
  });
});
