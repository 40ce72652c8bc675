/** Endpoints objects, which stand beside the EndpointSlices for clients of old. */
import { expect, test } from "vitest";
import { subsetsOf } from "../../src/controllers/endpointslice/legacy.ts";
import {
  create,
  deployment,
  legacy,
  onlySlice,
  second,
  service,
  world,
} from "./endpoints-world.ts";

test("pods with a host name under the Service's are known by it", () => {
  const cluster = world();
  const named = (name: string, subdomain: string): ReturnType<typeof deployment> => {
    const web = deployment(name, 1);
    const { template, ...spec } = web["spec"] as { template: { metadata: object; spec: object } };
    const pod = { ...template.spec, hostname: name, subdomain };
    return { ...web, spec: { ...spec, template: { ...template, spec: pod } } };
  };
  create(cluster, service(), named("one", "web"), named("two", "other"));
  cluster.runUntil(2 * second);
  const addresses = legacy(cluster).subsets![0]!.addresses as readonly { hostname?: string }[];
  const endpoints = onlySlice(cluster).endpoints as readonly { hostname?: string }[];
  for (const list of [addresses, endpoints]) {
    expect(list.map(({ hostname }) => hostname)).toEqual(["one", undefined]);
  }
});

test("the legacy object ends at 1000 addresses and says so", () => {
  const cluster = world({ podsPerNode: 1000 });
  create(cluster, service(), deployment("web", 1005));
  cluster.runUntil(2 * second);
  expect(legacy(cluster).subsets![0]!.addresses).toHaveLength(1000);
  expect(legacy(cluster).metadata.annotations).toMatchObject({
    "endpoints.kubernetes.io/over-capacity": "truncated",
  });
});

// Of each subset: ready and not ready, before and after.
test.each([
  ["the ready ones first", [[700, 400]], [[700, 300]]],
  ["no unready ones beside too many ready ones", [[1001, 1]], [[1000, 0]]],
  [
    "as many of each subset as its share",
    [
      [600, 0],
      [600, 5],
    ],
    [
      [500, 0],
      [500, 0],
    ],
  ],
  [
    "shares rounded up, while there is room",
    [
      [400, 1],
      [400, 400],
    ],
    [
      [400, 1],
      [400, 199],
    ],
  ],
])("a legacy object that is too long keeps %s", (_, before, after) => {
  let pods = 0;
  const endpoint = (ready: boolean) => ({
    addresses: [`10.0.0.${++pods}`],
    conditions: { ready, serving: ready, terminating: false },
    nodeName: "node-1",
    targetRef: { kind: "Pod", namespace: "default", name: `web-${pods}`, uid: `${pods}` } as const,
  });
  const groups = before.map(([ready = 0, unready = 0], index) => ({
    ports: [{ name: "", port: 80 + index, protocol: "TCP" }],
    endpoints: [
      ...Array.from({ length: ready }, () => endpoint(true)),
      ...Array.from({ length: unready }, () => endpoint(false)),
    ],
  }));
  const { subsets, truncated } = subsetsOf(groups);
  expect(truncated).toBe(true);
  expect(
    subsets.map(({ addresses = [], notReadyAddresses = [] }) => [
      addresses.length,
      notReadyAddresses.length,
    ]),
  ).toEqual(after);
});
