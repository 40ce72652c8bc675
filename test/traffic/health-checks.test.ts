/** A load balancer that checks new pods itself before it sends them requests. */
import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { second } from "./setup.ts";
import { atRest, rollOut, setImage } from "./world.ts";

const checks = 10 * second;
const proxies = { count: 1, healthChecks: checks };
const clients = [{ loop: "open", rate: 100, arrivals: "fixed" }] as const;
const load = { clients, proxies };

test("new pods get no requests until the checks have passed, though old ones are gone by then", () => {
  const without = rollOut({}, { clients, proxies: { count: 1 } });
  expect(without.failed).toBe(0);
  const ledger = rollOut({}, load);
  expect(ledger.failedBy.staleView).toBe(ledger.failed);
  expect(ledger.failed).toBeGreaterThan(200);
  expect(ledger.failed).toBeLessThan(1000);
});

test("a readiness gate that lasts as long as the checks saves all", () => {
  const [start, ready] = [{ delay: second }, { delay: second }];
  const behaviors = [{ start, ready, gates: { delay: checks }, terminate: { delay: 4 * second } }];
  const cluster = atRest({ replicas: 1, behaviors, gates: ["target-health"] });
  cluster.runUntil(20 * second);
  const traffic = cluster.traffic.add({ service: "web", ...load });
  setImage(cluster, "web:v2");
  cluster.runUntil(90 * second);
  expect(traffic.snapshot()).toMatchObject({ failed: 0, byImage: { "web:v2": { failed: 0 } } });
});

test("pods that were ready when the traffic began have passed", () => {
  const cluster = atRest();
  const traffic = cluster.traffic.add({ service: "web", ...load });
  cluster.runUntil(20 * second);
  expect(traffic.snapshot()).toMatchObject({ failed: 0 });
});

test("a pod that was not ready for a while has to pass again", () => {
  const cluster = atRest({ replicas: 1 });
  const traffic = cluster.traffic.add({ service: "web", ...load });
  const { name } = cluster.api.list("pods")[0]!.metadata;
  cluster.runUntil(20 * second);
  cluster.act("fail", () => cluster.faults.failProbe({ name }));
  cluster.runUntil(21 * second);
  cluster.act("pass", () => cluster.faults.passProbe({ name }));
  cluster.runUntil(60 * second);
  const { failedBy } = traffic.snapshot();
  expect(failedBy).toMatchObject({ noEndpoint: 100, staleView: 1000 });
});

test("a cluster that was saved goes on with the checks", () => {
  const cluster = atRest();
  cluster.traffic.add({ service: "web", ...load });
  setImage(cluster, "web:v2");
  cluster.runUntil(15 * second);
  const again = Cluster.restore(structuredClone(cluster.save()));
  for (const each of [cluster, again]) each.runUntil(50 * second);
  const [account, other] = [cluster, again].map((each) => each.traffic.accounts[0]!.snapshot());
  expect(other).toEqual(account);
  expect(account!.failed).toBeGreaterThan(200);
});
