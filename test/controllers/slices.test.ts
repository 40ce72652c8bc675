/** Endpoints and their slices as plain values: what is another endpoint, and which slice is written over. */
import { describe, expect, test } from "vitest";
import { sameCondition } from "../../src/controllers/endpointslice/endpoint.ts";
import { placeEndpoints, type Slice } from "../../src/controllers/endpointslice/slices.ts";
import { placed, sliceOf } from "./placed-slices.ts";

describe("endpoints", () => {
  test.each(["ready", "serving", "terminating"])(
    "are others once %s changes alone",
    (condition) => {
      const conditions = { ready: true, serving: true, terminating: false };
      const targetRef = { kind: "Pod", namespace: "default", name: "a", uid: "1" } as const;
      const before = { addresses: ["10.0.0.1"], conditions, nodeName: "node-1", targetRef };
      const is = !conditions[condition as keyof typeof conditions];
      const after = { ...before, conditions: { ...conditions, [condition]: is } };
      expect([sameCondition(before, before), sameCondition(before, after)]).toEqual([true, false]);
    },
  );
});

describe("slices", () => {
  test("that are whole are made anew, though an empty one would hold them", () => {
    const hundred = Array.from({ length: 100 }, (_, row) => row);
    expect(placed([sliceOf("empty", 0)], hundred)).toMatchObject({ update: [], create: [{}] });
  });

  test("without endpoints: one is enough, and is left alone unless it says something else", () => {
    const none = { create: [], update: [], delete: [] };
    expect(placed([sliceOf("none", 0)], [])).toEqual(none);
    const input = { touched: new Set<Slice>(), arrivals: [], labels: "same" } as const;
    const http = { ...sliceOf("none", 0), ports: [{ port: 80 }] } as unknown as Slice;
    const written = { ...none, update: [{ name: "none", ports: [] }] };
    expect(placeEndpoints({ ...input, slices: [http] })).toMatchObject(written);
    const changed = { ...input, slices: [sliceOf("none", 0)], labels: "changed" } as const;
    expect(placeEndpoints(changed)).toMatchObject(written);
  });

  test("that would go are written over, the first by what was to be made last", () => {
    const [a, b] = [sliceOf("a", 0, "old"), sliceOf("b", 0, "old")];
    const arrivals = ["x", "y", "z"].map((key) => ({ key, ports: [], rows: [1] }));
    expect(
      placeEndpoints({ slices: [a, b], touched: new Set([a, b]), arrivals, labels: "same" }),
    ).toMatchObject({
      create: [{ key: "x" }],
      update: [
        { name: "a", key: "z" },
        { name: "b", key: "y" },
      ],
      delete: [],
    });
  });

  test("of other ports take none, though they change anyway", () => {
    const grpc = sliceOf("grpc", 98, "grpc");
    expect(placed([grpc], [200], [grpc])).toMatchObject({
      update: [{ name: "grpc", rows: { length: 98 } }],
      create: [{}],
    });
  });
});
