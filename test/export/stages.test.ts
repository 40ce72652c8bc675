import { describe, expect, test } from "vitest";
import { delays, deployment, exported, stagesFor, written, type PodSeen } from "./exported.ts";

describe("stages", () => {
  test("wait as long as behaviors say: until a pod runs, is ready, and is gone", async () => {
    const life =
      "schedule: { delay: 1s }, pull: { delay: 2s }, start: { delay: 3s }, ready: { delay: 4s, jitter: 2s }, terminate: { delay: 5s }";
    const folder = await exported(written(`behaviors: [{ ${life} }]`));
    expect(delays(folder)).toEqual({
      "pods-1-start": 6000,
      "pods-1-ready": [4000, 6000],
      "pods-1-end": 5000,
    });
    expect(folder.err).toBe(
      "not exported: jitter: KWOK draws times of its own, from the same ranges\n",
    );
    expect(folder.stages.get("pods-1-end")!.next).toEqual({ delete: true });
  });

  test("without a behavior, pods are ready as their probes have it, and end as their hooks do", async () => {
    const probe =
      ", readinessProbe: { tcpSocket: { port: 80 }, initialDelaySeconds: 7, periodSeconds: 5 }";
    const hook = ", lifecycle: { preStop: { sleep: { seconds: 6 } } }";
    const plain = await exported(written("", deployment()));
    expect(delays(plain)).toMatchObject({ "pods-1-ready": 1000, "pods-1-end": 0 });
    const probed = await exported(written("", deployment("web:v1", probe + hook)));
    expect(delays(probed)).toMatchObject({ "pods-1-ready": 10_000, "pods-1-end": 6000 });
  });

  test("pods end when they are killed, at the latest", async () => {
    const life = "behaviors: [{ terminate: { delay: 1h } }]";
    const grace = "terminationGracePeriodSeconds: 20";
    const folder = await exported(written(life, deployment("web:v1", "", grace)));
    expect(delays(folder)).toMatchObject({ "pods-1-end": 20_000 });
  });

  test("templates of one behavior whose pods live otherwise are told apart", async () => {
    const hook = '{"lifecycle":{"preStop":{"sleep":{"seconds":6}}},"name":"web"}';
    const patch = `{"spec":{"template":{"spec":{"containers":[${hook}]}}}}`;
    const folder = await exported(
      written(`steps: [{ kubectl: "patch deploy web -p '${patch.replaceAll('"', '\\"')}'" }]`),
    );
    expect(delays(folder)).toMatchObject({ "pods-1-end": 0, "pods-2-end": 6000 });
    const [own] = folder.stages.get("pods-1-end")!.selector.matchExpressions;
    expect(own!.key).toContain(".terminationGracePeriodSeconds, .readinessGates");
    expect(own!.key).toMatch(/== \[30,null,\[null,null,null,null\]\]\)$/u);
  });

  test.each([
    ["web:v2", '. == "web:v2"'],
    ["web:*", 'test("^web:.*$")'],
    ["*.io/web:v?", String.raw`test("^.*\\.io/web:v[^/]$")`],
    ["web:{v1,v2}", 'IN("web:v1", empty)'],
  ])("are for images like %s", async (glob, key) => {
    const { stages } = await exported(
      written(
        `behaviors: [{ match: { image: "${glob}", labels: { app: web } }, ready: { delay: 2s } }]`,
      ),
    );
    expect(stages.get("pods-1-start")!.selector.matchExpressions.slice(0, 2)).toEqual([
      { key: `any(.spec.containers[].image; ${key})`, operator: "In", values: ["true"] },
      { key: '.metadata.labels["app"] == "web"', operator: "In", values: ["true"] },
    ]);
  });

  test("the first behavior that matches wins", async () => {
    const { stages } = await exported(
      written('behaviors: [{ match: { image: "web:v1" } }, { ready: { delay: 2s } }]'),
    );
    expect(stages.get("pods-2-end")!.selector.matchExpressions).toEqual([
      { key: 'any(.spec.containers[].image; . == "web:v1")', operator: "NotIn", values: ["true"] },
      { key: ".metadata.deletionTimestamp", operator: "Exists" },
    ]);
  });

  test.each([
    ["ImagePullBackOff", { "pull-fails": 0 }],
    ["NeverRunning", { hang: 0 }],
    ["NeverReady", { start: 0 }],
    ["CrashLoopBackOff, after: 3s", { start: 0, crash: 3000, restart: undefined }],
    ["ReadyThenCrash, after: 3s", { start: 0, ready: 2000, crash: 3000, restart: undefined }],
    [
      "ReadyThenUnready, after: 3s, recover: 4s",
      { start: 0, ready: 2000, unready: 3000, recover: 4000 },
    ],
    ["Evicted, after: 3s", { start: 0, ready: 2000, evict: 3000 }],
  ])("fault %s", async (fault, wanted) => {
    const folder = await exported(
      written(`behaviors: [{ ready: { delay: 2s }, fault: { type: ${fault} } }]`),
    );
    const named = Object.entries({ ...wanted, end: 0 }).map(([name, ms]) => [`pods-1-${name}`, ms]);
    expect(delays(folder)).toEqual(Object.fromEntries(named));
  });

  // Found on a real control plane: KWOK draws among stages that are for the same pod.
  test.each([
    "ImagePullBackOff",
    "NeverRunning",
    "NeverReady",
    "CrashLoopBackOff",
    "ReadyThenCrash",
    "ReadyThenUnready, recover: 4s",
    "ReadyThenUnready",
    "Evicted",
    "CrashLoopBackOff, first: 2",
    "ReadyThenUnready, recover: 4s, first: 2",
  ])("at any moment of a pod's life one stage at most is for it: %s", async (fault) => {
    const { stages } = await exported(written(`behaviors: [{ fault: { type: ${fault} } }]`));
    const unready = { Ready: "False" } as const;
    const moments: readonly PodSeen[] = [
      {},
      { state: "waiting", conditions: unready },
      { state: "running", conditions: unready },
      { state: "running", conditions: { Ready: "True" } },
      { state: "running", conditions: { ...unready, "rollsim.dev/WasUnready": "True" } },
      { state: "running", conditions: { Ready: "True", "rollsim.dev/WasUnready": "True" } },
    ];
    const pods = [1, 3].flatMap((ordinal) => moments.map((moment) => ({ ...moment, ordinal })));
    for (const pod of pods) {
      expect(stagesFor(pod, stages).length, JSON.stringify(pod)).toBeLessThanOrEqual(1);
      expect(stagesFor({ ...pod, deleted: true }, stages)).toEqual(["pods-1-end"]);
    }
    expect(stagesFor({ ordinal: 1 }, stages)).toHaveLength(1);
    expect(stagesFor({ ordinal: 3 }, stages)).toHaveLength(1);
  });

  test("a fault of a share of the pods is drawn by weight, with the first stage", async () => {
    const { stages } = await exported(
      written("behaviors: [{ fault: { type: NeverReady, probability: 0.3 } }]"),
    );
    expect([...stages].map(([name, { weight }]) => [name, weight])).toEqual([
      ["pods-1-start", 300],
      ["pods-1-spared-start", 700],
      ["pods-1-spared-ready", undefined],
      ["pods-1-end", undefined],
    ]);
    expect(stages.get("pods-1-spared-start")!.next.statusTemplate).toContain(
      '{ type: rollsim.dev/Hit, status: "False"',
    );
  });

  test("pods that live otherwise than later ones of their ReplicaSet are counted by the script", async () => {
    const { stages, text } = await exported(
      written(
        "behaviors: [{ ready: { delay: 2s, extra: [0s, 3s] }, fault: { type: NeverReady, first: 1 } }]",
      ),
    );
    expect(text("play.sh")).toContain('rollsim.dev/ordinal="$ordinal"');
    expect([...stages.keys()]).toEqual([
      "pods-1-start",
      "pods-1-later-start",
      "pods-1-later-ready",
      "pods-1-end",
    ]);
    expect(stages.get("pods-1-later-ready")!.delay).toEqual({
      durationFrom: {
        expressionFrom:
          '[0,3000][(.metadata.annotations["rollsim.dev/ordinal"] | tonumber) - 1] // 0 | "\\(. + 2000)ms"',
      },
    });
    expect(stagesFor({}, stages)).toEqual([]);
    const fault = "fault: { type: NeverReady, first: 1 }";
    const some = await exported(written(`behaviors: [{ match: { image: "a:*" }, ${fault} }]`));
    const { selector } = some.stages.get("pods-2-start")!;
    expect(selector.matchExpressions.at(-2)!.key).toContain("rollsim.dev/ordinal");
    const other = await exported(written("behaviors: [{ ready: { delay: 2s } }]"));
    expect(other.text("play.sh")).not.toContain("ordinal");
  });
});
