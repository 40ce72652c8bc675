import { expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";
import { perform, RolloutWatch, type UserAction } from "../../src/verify.ts";
import { web } from "../support/web.ts";

test("an action that is none is refused, and costs no assumption", () => {
  const cluster = new Cluster();
  const created = cluster.act("create", (api) => api.create(web(1)));
  if (!created.ok) throw new Error(created.status.message);
  cluster.runUntil(30_000);
  const watch = new RolloutWatch(cluster, "web");
  const done = (action: object) => perform(cluster, created.value, action as UserAction, watch);
  expect(() => done({ do: "udo" })).toThrow('do: got "udo"; use an action of userActions');
  expect(() => done({ do: "scale", replicas: Number.NaN })).toThrow("replicas: got NaN");
  done({ do: "update", version: 1 });
  cluster.runUntil(60_000);
  // P3 assumes that replicas stay as they are.
  expect(watch.judged.get("P3")).toBeGreaterThan(10);
});
