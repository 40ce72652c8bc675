import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { isDraft, type Draft } from "../../src/apiserver/draft.ts";
import { applyPatch } from "../../src/apiserver/patch.ts";
import { jsonPatch } from "../../src/apiserver/patch-json.ts";
import { mergePatch } from "../../src/apiserver/patch-merge.ts";
import { PatchError } from "../../src/apiserver/patch-meta.ts";
import { mergeObject } from "../../src/apiserver/patch-strategic.ts";
import { createThreeWayPatch, createTwoWayPatch } from "../../src/apiserver/patch-three-way.ts";
import { schemaOf } from "../../src/apiserver/schema.ts";
import { readLines } from "./recorded.ts";

interface Result {
  readonly value?: Draft;
  readonly error?: string;
}

/** Made by Kubernetes' own library. */
interface Recorded {
  readonly original: Draft;
  readonly modified: Draft;
  readonly current: Draft;
  readonly threeWay: Result;
  /** What the three-way patch makes of `current`. */
  readonly applied: Result;
  readonly twoWay: Result;
  /** A patch written by hand, and what it makes of `current`. */
  readonly patch: Draft;
  readonly patched: Result;
}

const recorded = readLines<Recorded>(import.meta.url, "data/patched.jsonl.gz", JSON.parse);
const kind = { apiVersion: "apps/v1", kind: "Deployment" };

function merged(original: Draft, patch: Draft): Result {
  try {
    const type = schemaOf(kind.apiVersion, kind.kind);
    return { value: mergeObject(structuredClone(original), structuredClone(patch), type, "apply") };
  } catch (error) {
    if (error instanceof PatchError) return { error: error.message };
    throw error;
  }
}

function made(answer: ReturnType<typeof createTwoWayPatch>): Result {
  return answer.ok ? { value: answer.patch } : { error: answer.error };
}

function patchedBy(
  object: KubeObject,
  patch: unknown,
  how: "strategic" | "merge" | "json",
): unknown {
  const answer = applyPatch(object, patch, how);
  return answer.ok ? answer.value : answer.status.code;
}

describe("strategic merge patches", () => {
  test("are merged as Kubernetes merges them, with every directive", () => {
    for (const { current, patch, patched } of recorded) {
      expect(merged(current, patch), JSON.stringify(patch)).toEqual(patched);
    }
  });

  test("are made as kubectl apply makes them", () => {
    for (const { original, modified, current, threeWay } of recorded) {
      expect(made(createThreeWayPatch(kind, original, modified, current))).toEqual(threeWay);
    }
  });

  test("take the current object where kubectl's patch takes it", () => {
    for (const { current, threeWay, applied } of recorded) {
      if (threeWay.value !== undefined) {
        expect(merged(current, threeWay.value)).toEqual(applied);
      }
    }
  });

  test("are made of two versions alone as Kubernetes makes them", () => {
    for (const { original, modified, twoWay } of recorded) {
      expect(made(createTwoWayPatch(kind, original, modified))).toEqual(twoWay);
    }
  });

  test("leave their arguments alone", () => {
    const [first] = recorded;
    const copy = structuredClone(first);
    if (first === undefined) throw new Error("nothing recorded");
    createThreeWayPatch(kind, first.original, first.modified, first.current);
    expect(first).toEqual(copy);
  });

  test("merge containers and their variables by name", () => {
    const patch = {
      spec: {
        template: { spec: { containers: [{ name: "b", env: [{ name: "X", value: "2" }] }] } },
      },
    };
    expect(patchedBy(deployment(), patch, "strategic")).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              { name: "a", image: "one" },
              {
                name: "b",
                image: "two",
                env: [
                  { name: "X", value: "2" },
                  { name: "Y", value: "1" },
                ],
              },
            ],
          },
        },
      },
    });
  });

  const containersOf = (...containers: readonly object[]): object => ({
    spec: { template: { spec: { containers } } },
  });

  test("replace a whole list where one of its elements says so", () => {
    const patch = containersOf({ name: "c", image: "three" }, { $patch: "replace" });
    const only = containersOf({ name: "c", image: "three" });
    expect(patchedBy(deployment(), patch, "strategic")).toMatchObject(only);
  });

  test("are refused where a list stands in another order than the one that they ask for", () => {
    const of = (...order: readonly string[]): object => ({
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": order.map((name) => ({ name })),
            containers: [
              { name: "b", image: "x" },
              { name: "a", image: "y" },
            ],
          },
        },
      },
    });
    expect(patchedBy(deployment(), of("a", "b"), "strategic")).toBe(500);
    expect(patchedBy(deployment(), of("b", "a"), "strategic")).toMatchObject(
      containersOf({ name: "b", image: "x" }, { name: "a", image: "y" }),
    );
  });

  test("of kubectl apply have what goes from a list behind what changes in it", () => {
    const a = { name: "a", env: [{ name: "X" }, { name: "Y" }] };
    const before = containersOf(a, { name: "b" }, { name: "c", image: "one" });
    const after = containersOf({ ...a, env: [{ name: "Y" }] }, { name: "c", image: "two" });
    expect(made(createThreeWayPatch(kind, before, after, before)).value).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              { name: "a", env: [{ name: "X", $patch: "delete" }] },
              { name: "c", image: "two" },
              { name: "b", $patch: "delete" },
            ],
          },
        },
      },
    });
  });

  test("replace the selector of a disruption budget, and merge that of a Deployment", () => {
    const selecting = (of: object, matchLabels: object): KubeObject => ({
      ...kind,
      ...of,
      metadata: { name: "web" },
      spec: { selector: { matchLabels } },
    });
    const budget = { apiVersion: "policy/v1", kind: "PodDisruptionBudget" };
    const patch = { spec: { selector: { matchLabels: { b: "2" } } } };
    const selector = (of: object): unknown =>
      patchedBy(selecting(of, { a: "1" }), patch, "strategic");
    expect(selector(budget)).toHaveProperty("spec.selector", { matchLabels: { b: "2" } });
    expect(selector(kind)).toHaveProperty("spec.selector", { matchLabels: { a: "1", b: "2" } });
  });

  test("are not for kinds without a schema", () => {
    const object = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "x" } };
    expect(patchedBy(object, { spec: {} }, "strategic")).toBe(415);
    expect(patchedBy(object, { spec: { a: 1 } }, "merge")).toEqual({ ...object, spec: { a: 1 } });
  });
});

describe("JSON merge patches", () => {
  // RFC 7386, appendix A.
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    // What the RFC does not say: lists that come where there was no object lose the nulls of their objects.
    [{}, { a: [{ b: null, c: 1 }, null] }, { a: [{ c: 1 }, null] }],
    [{ a: [{ b: 1 }] }, { a: [{ b: null }] }, { a: [{}] }],
    [{ a: { b: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  ])("turn %j by %j into %j", (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  // Not after the first time: only then is a list in the place of an object, and loses its nulls the next time.
  test("applied twice change nothing more", () => {
    const json = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const twice = mergePatch(mergePatch(target, patch), patch);
        expect(mergePatch(twice, patch)).toEqual(twice);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe("JSON patches", () => {
  test("apply all operations, in order", () => {
    const operations = [
      { op: "test", path: "/spec/replicas", value: 3 },
      { op: "replace", path: "/spec/replicas", value: 5 },
      { op: "add", path: "/metadata/labels", value: { "a/b": "1" } },
      { op: "copy", from: "/metadata/labels/a~1b", path: "/metadata/labels/c" },
      { op: "remove", path: "/spec/template/spec/containers/0" },
    ];
    const result = patchedBy(deployment(), operations, "json");
    expect(result).toMatchObject({
      metadata: { labels: { "a/b": "1", c: "1" } },
      spec: { replicas: 5, template: { spec: { containers: [{ name: "b" }] } } },
    });
  });

  test("apply none where one fails, and leave the object alone", () => {
    const object = deployment();
    const copy = structuredClone(object);
    const operations = [
      { op: "replace", path: "/spec/replicas", value: 5 },
      { op: "test", path: "/metadata/name", value: "other" },
    ];
    expect(patchedBy(object, operations, "json")).toBe(422);
    expect(object).toEqual(copy);
  });

  test.each([
    [{ op: "remove", path: "/spec/nothing" }, 422],
    [{ op: "replace", path: "/spec/template/spec/containers/7", value: {} }, 422],
    [{ op: "replace", path: "/spec/nothing/more", value: 1 }, 422],
    [{ op: "test", path: "/spec/replicas", value: 4 }, 422],
    [{ op: "add", path: "/spec/template/spec/containers/7", value: {} }, 422],
    [{ op: "spin", path: "/spec" }, 422],
  ])("refuse %j", (operation, code) => {
    expect(patchedBy(deployment(), [operation], "json")).toBe(code);
  });

  test("have to be a list", () => {
    expect(patchedBy(deployment(), { op: "remove", path: "/spec" }, "json")).toBe(400);
  });
});

function deployment(): KubeObject {
  const object: unknown = {
    ...kind,
    metadata: { name: "web" },
    spec: {
      replicas: 3,
      template: {
        spec: {
          containers: [
            { name: "a", image: "one" },
            {
              name: "b",
              image: "two",
              env: [
                { name: "X", value: "1" },
                { name: "Y", value: "1" },
              ],
            },
          ],
        },
      },
    },
  };
  if (!isDraft(object)) throw new Error("not an object");
  return { ...object, ...kind, metadata: { name: "web" } };
}

describe("a JSON patch", () => {
  const object: KubeObject = { ...kind, metadata: { name: "web", labels: { a: "b" } } };

  test.each<object>([
    { op: "remove", path: "/nowhere/hasOwnProperty" },
    { op: "add", path: "/toString/polluted", value: 1 },
    { op: "add", path: "/__proto__/polluted", value: 1 },
    { op: "add", path: "no-pointer", value: 1 },
    { op: "add", path: "/metadata/name/0", value: 1 },
    { op: "test", path: "", value: { toString: null } },
  ])("is refused where it goes through what all objects inherit, or nowhere: %j", (operation) => {
    expect(jsonPatch(object, [operation])).toMatchObject({ ok: false });
    expect("polluted" in {} || "polluted" in Object.prototype.toString).toBe(false);
  });

  test.each<[object, object]>([
    [
      { op: "replace", path: "/metadata/labels/toString", value: "1" },
      { a: "b", toString: "1" },
    ],
    [
      { op: "copy", from: "/valueOf", path: "/metadata/labels/c" },
      { a: "b", c: null },
    ],
    [{ op: "move", from: "/metadata/labels/a", path: "/metadata/labels/b" }, { b: "b" }],
  ])("does what the server's library does, which RFC 6902 would not: %j", (operation, labels) => {
    const done = jsonPatch(object, [operation]);
    expect(done).toMatchObject({ ok: true, value: { metadata: { labels } } });
  });

  test("adds a member called __proto__ as any other", () => {
    const operation = { op: "add", path: "/metadata/labels/__proto__", value: { polluted: "1" } };
    const done = jsonPatch(object, [operation]);
    expect(JSON.stringify(done)).toContain('"__proto__":{"polluted":"1"}');
    expect("polluted" in {}).toBe(false);
  });

  test("counts negative indices from the end, and takes a path without its first slash", () => {
    const list = { a: [1, 2, 3] };
    const operations = [
      { op: "remove", path: "/a/-1" },
      { op: "add", path: "/a/-2", value: 0 },
      { op: "replace", path: "x/b", value: 1 },
    ];
    expect(jsonPatch(list, operations)).toEqual({ ok: true, value: { a: [1, 0, 2], b: 1 } });
  });

  test("adds to the end of a list where it says -, and leaves nothing where it moves from", () => {
    const operations = [
      { op: "add", path: "/a/-", value: 3 },
      { op: "move", from: "/a/0", path: "/b" },
      { op: "move", from: "/b", path: "/a/-" },
    ];
    expect(jsonPatch({ a: [1, 2] }, operations)).toEqual({ ok: true, value: { a: [2, 3, 1] } });
  });

  test("spells a slash ~1, a tilde ~0, and so ~1 itself ~01", () => {
    const remove = (path: string): unknown =>
      jsonPatch({ "/": 1, "~": 2, "~1": 3 }, [{ op: "remove", path }]);
    expect(remove("/~1")).toMatchObject({ value: { "~": 2, "~1": 3 } });
    expect(remove("/~01")).toEqual({ ok: true, value: { "/": 1, "~": 2 } });
  });

  test("tells unknown members of operations as the server does, or refuses them", () => {
    const patch = [{ op: "add", path: "/metadata/labels/c", value: "d", foo: 1 }];
    const whole = { ...object, spec: {} };
    const warnings = ['json patch unknown field "[0].foo"'];
    expect(applyPatch(whole, patch, "json")).toMatchObject({ ok: true, warnings });
    expect(applyPatch(whole, patch, "json", "Strict")).toMatchObject({ status: { code: 422 } });
    expect(applyPatch(whole, patch, "json", "Ignore")).toMatchObject({ ok: true, warnings: [] });
  });

  test("takes odd keys that an object has for its own", () => {
    const add = { op: "add", path: "/metadata/labels/toString", value: "x" };
    const replace = { op: "replace", path: "/metadata/labels/toString", value: "y" };
    const test = { op: "test", path: "/metadata/labels", value: { toString: "y", a: "b" } };
    expect(jsonPatch(object, [add, replace, test])).toMatchObject({
      ok: true,
      value: { metadata: { labels: { a: "b", toString: "y" } } },
    });
  });

  test("that takes the kind away leaves it as it is, as the real decoder does", () => {
    const without = [{ op: "remove", path: "/kind" }];
    expect(applyPatch({ ...object, spec: {} }, without, "json")).toMatchObject({
      ok: true,
      value: kind,
    });
  });

  test("of any type cannot make another kind of an object", () => {
    const answer = applyPatch({ ...object, spec: {} }, { kind: "x" }, "merge");
    expect(answer).toMatchObject({ ok: false, status: { code: 422 } });
  });
});
