import fc from "fast-check";
import { expect, test } from "vitest";
import { podName, podNameBase, podOrdinal } from "../../src/apiserver/pod-names.ts";
import { Cluster } from "../../src/cluster.ts";

test("Of a long name 58 characters count, and five more follow", () => {
  expect(podName("web", 1)).toMatch(/^web-[a-z0-9]{5}$/);
  const long = "w".repeat(60);
  expect(podName(long, 1)).toMatch(/^w{58}[a-z0-9]{5}$/);
  expect(podNameBase("w".repeat(57))).toBe(`${"w".repeat(57)}-`);
});

test("A name says which pod of its maker it is", () => {
  const makers = fc.stringMatching(/^[a-z][a-z0-9-]{0,70}$/);
  fc.assert(
    fc.property(makers, fc.integer({ min: 1, max: 100_000 }), (maker, ordinal) => {
      expect(podOrdinal(maker, podName(maker, ordinal))).toBe(ordinal);
    }),
    { seed: 1 },
  );
});

test("Pods of ReplicaSets whose long names are cut alike are told apart by name", () => {
  const cluster = new Cluster();
  const make = (name: string) => ({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { name: name.slice(-1) } },
      template: {
        metadata: { labels: { name: name.slice(-1) } },
        spec: { containers: [{ name: "c", image: "web" }] },
      },
    },
  });
  const long = "w".repeat(70);
  for (const end of ["a", "b"]) cluster.act("make", (api) => api.create(make(`${long}-${end}`)));
  cluster.runUntil(1000);
  const pods = cluster.api.list("pods");
  expect(pods).toHaveLength(4);
  for (const { metadata } of pods) {
    const { name, uid } = metadata;
    expect(name).toHaveLength(63);
    const found = cluster.api.get({ resource: "pods", name });
    expect(found).toMatchObject({ ok: true, value: { metadata: { uid } } });
  }
});
