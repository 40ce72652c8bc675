/** Events of pods wait in a cache's queue until they are delivered, in order, however many they are. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Store } from "../../src/apiserver/store.ts";
import { Caches, type EventHandler } from "../../src/controllers/caches.ts";

const pod = (name: string): Parameters<Store["insertBarePod"]>[0] => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
});
const template = { spec: { containers: [{ name: "web", image: "web:1" }] } };

test("whatever waits is delivered in the order in which it was written, over all resources", () => {
  const store = new Store(0, () => 0);
  const heard: string[] = [];
  const handler: EventHandler = {
    deploymentChanged: ({ metadata }) => heard.push(metadata.name),
    replicaSetChanged: ({ metadata }) => heard.push(metadata.name),
    podChanged: (_change, row) => heard.push(`pod ${row}`),
  };
  const caches = new Caches(store, [handler], "own");
  const object = (name: string) => ({ apiVersion: "apps/v1", kind: "Any", metadata: { name } });
  store.insert("replicasets", object("rs 1"));
  store.insert("deployments", object("d 1"));
  store.insertBarePod(pod("p0"), template);
  store.insert("replicasets", object("rs 2"));
  store.insertBarePod(pod("p1"), template);
  store.insert("deployments", object("d 2"));
  caches.deliverAll();
  expect(heard).toEqual(["rs 1", "d 1", "pod 0", "rs 2", "pod 1", "d 2"]);
  expect(caches.save().seen).toEqual({ deployments: 6, replicasets: 4, pods: 5 });
});

test("a cache hears of every pod once, in order, from a queue that is seldom empty and survives saving", () => {
  const bursts = fc.array(fc.record({ made: fc.nat(300), delivered: fc.nat(300) }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(bursts, (all) => {
      const store = new Store(0, () => 0);
      const heard: number[] = [];
      const handlers = [{ podChanged: (_change: number, row: number) => heard.push(row) }];
      let caches = new Caches(store, handlers, "own");
      const rows: number[] = [];
      for (const { made, delivered } of all) {
        for (let i = 0; i < made; i++) {
          rows.push(store.insertBarePod(pod(`web-${rows.length}`), template));
        }
        for (let i = 0; i < delivered && caches.hasPending("pods"); i++) caches.deliver("pods");
      }
      const saved = caches.save();
      caches = new Caches(store, handlers, "own", saved);
      expect(caches.save()).toEqual(saved);
      for (let i = 0; i < 100; i++) {
        rows.push(store.insertBarePod(pod(`web-${rows.length}`), template));
      }
      caches.deliverAll();
      expect(heard).toEqual(rows);
    }),
    { seed: 7, numRuns: 20 },
  );
});
