/** Canaries that are deleted (fluxcd/flagger pkg/controller/finalizer.go). */
import { describe, expect, test } from "vitest";
import { canary, CanaryWorld, deployment, revertingWorld } from "./world.ts";

describe("a Canary that reverts on deletion (test/istio/test-canary.sh)", () => {
  test("gives the target its pods back, and its Service the selector", () => {
    const world = revertingWorld().look();
    expect(world.canary.metadata.finalizers).toEqual(["finalizer.flagger.app"]);
    world.cluster.act("delete", (api) => api.delete({ resource: "canaries", name: "podinfo" }));
    world.look(2);
    expect(world.replicas()).toBe(2);
    expect(world.get("services")["spec"]).toMatchObject({ selector: { app: "podinfo" } });
    expect(() => world.canary).toThrow("not found");
    expect(() => world.get("deployments", "podinfo-primary")).toThrow("not found");
  });

  test("is told so: one that is not leaves the target without pods", () => {
    const world = new CanaryWorld([deployment(), canary({ stepWeight: 10 })]).look();
    world.cluster.act("delete", (api) => api.delete({ resource: "canaries", name: "podinfo" }));
    world.look(2);
    expect(world.replicas()).toBe(0);
    expect(() => world.get("deployments", "podinfo-primary")).toThrow("not found");
  });
});
