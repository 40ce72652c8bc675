import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  annotationsOfRollback,
  findRevisions,
  lastRevision,
  maxRevision,
  REVISION,
  REVISION_HISTORY,
  revisionAnnotations,
  revisionOf,
  sizeAnnotation,
} from "../../src/controllers/deployment/revisions.ts";
import { runs } from "../support/seed.ts";
import { deployment, replicaSet } from "./rollout-view.ts";

const sets = [1, 2, 3, 4].map((n) => replicaSet({ image: `web:${n}`, replicas: 0 }));

describe("revisions", () => {
  test("take the ReplicaSet with the Deployment's template as the new one, the oldest of several", () => {
    const twin = { ...sets[1]!, metadata: { ...sets[1]!.metadata, name: "web-9", uid: "rs-9" } };
    const { next, old } = findRevisions(deployment(), [sets[3]!, twin, sets[1]!, sets[0]!]);
    expect(next?.metadata.name).toBe("web-2");
    expect(old.map((rs) => rs.metadata.name)).toEqual(["web-1", "web-9", "web-4"]);
  });

  test("count from 0 where there is no annotation, and skip what is no number", () => {
    const plain = { ...sets[0]!, metadata: { ...sets[0]!.metadata, annotations: {} } };
    const odd = replicaSet({ image: "web:1", replicas: 0, annotations: { [REVISION]: "first" } });
    expect([revisionOf(plain), revisionOf(odd), maxRevision([odd, plain])]).toEqual([
      0,
      undefined,
      0,
    ]);
    expect([maxRevision(sets), maxRevision(sets.toReversed())]).toEqual([4, 4]);
    expect([lastRevision([...sets, odd]), lastRevision(sets.toReversed())]).toEqual([3, 3]);
    expect([lastRevision([sets[0]!]), lastRevision([sets[1]!, odd])]).toEqual([0, 0]);
    expect(lastRevision([sets[1]!, sets[1]!])).toBe(2);
  });
});

test.each([
  ["12", 12],
  ["0", 0],
  ["", undefined],
  ["1.5", undefined],
  ["+3", undefined],
  ["-1", undefined],
  ["ten", undefined],
  ["2147483647", 2147483647],
  ["2147483648", undefined],
])("an annotation of size %j says %s", (text, size) => {
  expect(
    sizeAnnotation(replicaSet({ image: "web:1", replicas: 0, annotations: { of: text } }), "of"),
  ).toBe(size);
});

describe("the annotations of the new ReplicaSet", () => {
  test("are the Deployment's, bookkeeping aside, added to those that it has", () => {
    const d = deployment({
      annotations: {
        "kubernetes.io/change-cause": "set image",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "deployment.kubernetes.io/desired-replicas": "99",
        "deployment.kubernetes.io/max-replicas": "99",
        [REVISION_HISTORY]: "9",
        "deprecated.deployment.rollback.to": "1",
      },
    });
    const current = { own: "kept", "kubernetes.io/change-cause": "create", [REVISION]: "2" };
    const { annotations, changed } = revisionAnnotations(d, current, 2);
    expect(changed).toBe(true);
    expect(annotations).toEqual({
      own: "kept",
      "kubernetes.io/change-cause": "set image",
      [REVISION]: "2",
    });
  });

  test("raise the revision and keep the one before in the history, never lower it", () => {
    const d = deployment();
    const raised = revisionAnnotations(d, { [REVISION]: "1", [REVISION_HISTORY]: "0" }, 3);
    expect(raised.annotations).toEqual({ [REVISION]: "3", [REVISION_HISTORY]: "0,1" });
    const begun = revisionAnnotations(d, { [REVISION]: "1", [REVISION_HISTORY]: ",0" }, 3);
    expect(begun.annotations[REVISION_HISTORY]).toBe("1");
    const ended = revisionAnnotations(d, { [REVISION]: "1", [REVISION_HISTORY]: "0," }, 3);
    expect(ended.annotations[REVISION_HISTORY]).toBe("0,,1");
    const same = revisionAnnotations(d, { [REVISION]: "5" }, 3);
    expect(same).toEqual({ annotations: { [REVISION]: "5" }, changed: false });
  });

  test("get a revision where theirs is empty", () => {
    expect(revisionAnnotations(deployment(), { [REVISION]: "" }, 3)).toMatchObject({
      annotations: { [REVISION]: "3" },
      changed: true,
    });
  });

  test("leave a revision that is no number, and report no change", () => {
    const odd = revisionAnnotations(
      deployment({ annotations: { a: "b" } }),
      { [REVISION]: "x" },
      3,
    );
    expect(odd).toEqual({ annotations: { [REVISION]: "x", a: "b" }, changed: false });
  });

  test("keep a history of at most 2000 characters: the latest numbers, none of them cut", () => {
    const property = fc.property(fc.integer({ min: 1, max: 1200 }), (last) => {
      const d = deployment();
      let annotations: Readonly<Record<string, string>> = { [REVISION]: "1" };
      for (let revision = 2; revision <= last; revision++) {
        annotations = revisionAnnotations(d, annotations, revision).annotations;
      }
      const history = annotations[REVISION_HISTORY] ?? "";
      const numbers = history === "" ? [] : history.split(",").map(Number);
      expect(history.length).toBeLessThanOrEqual(2000);
      expect(numbers).toEqual(numbers.map((_, i) => last - numbers.length + i));
      if (numbers.length < last - 1) {
        expect(history.length + `${numbers[0]! - 1},`.length).toBeGreaterThan(2000);
      }
    });
    fc.assert(property, runs(15));
  });

  test("keep no revision that is too long for the history", () => {
    const long = `+${"0".repeat(2000)}1`;
    const { annotations } = revisionAnnotations(
      deployment(),
      { [REVISION]: long, [REVISION_HISTORY]: "0" },
      3,
    );
    expect(annotations).toEqual({ [REVISION]: "3", [REVISION_HISTORY]: "0" });
  });

  test("come back with a rollback, the Deployment's own bookkeeping aside", () => {
    const d = deployment({ annotations: { "kubernetes.io/change-cause": "new", other: "gone" } });
    const to = replicaSet({
      image: "web:1",
      replicas: 0,
      annotations: { "kubernetes.io/change-cause": "old" },
    });
    expect(annotationsOfRollback(d, to)).toEqual({
      [REVISION]: "2",
      "kubernetes.io/change-cause": "old",
    });
  });
});
