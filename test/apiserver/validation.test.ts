import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import type { StatusCause } from "../../src/api/status.ts";
import { decodeObject } from "../../src/apiserver/decode.ts";
import { applyDefaults } from "../../src/apiserver/defaults.ts";
import { canonicalObject } from "../../src/apiserver/encode.ts";
import { asArray, asRecord } from "../../src/apiserver/json.ts";
import { strategyFor, type Strategy, type Subresource } from "../../src/apiserver/strategy.ts";
import { readLines } from "./recorded.ts";

/** What Kubernetes says of an object: errors, or warnings and what it would store. */
interface Judged {
  readonly object: KubeObject;
  readonly causes?: readonly StatusCause[];
  readonly warnings?: readonly string[];
  readonly stored?: KubeObject;
}

/** The same of a change to a stored object. */
interface Updated extends Judged {
  readonly subresource?: Subresource;
  readonly old: KubeObject;
}

const updated = readLines<Updated>(import.meta.url, "data/updated.jsonl.gz", JSON.parse);
const judged = readLines<Judged>(import.meta.url, "data/judged.jsonl.gz", JSON.parse);

function strategyOf({ kind }: KubeObject): Strategy {
  const strategy = strategyFor(`${kind.toLowerCase()}s`);
  if (strategy === undefined) throw new Error(`no strategy for ${kind}`);
  return strategy;
}

function prepared(object: KubeObject): KubeObject {
  const placed = { ...object, metadata: { ...object.metadata, namespace: "default" } };
  const decoded = decodeObject(placed, "Ignore");
  if (!decoded.ok) throw new Error(decoded.status.message);
  return strategyOf(object).prepareForCreate(applyDefaults(decoded.value));
}

/** Go walks maps in random order, so errors come in any order. */
function sorted(causes: readonly StatusCause[]): readonly string[] {
  return causes.map(({ reason, field, message }) => `${field}: ${reason}: ${message}`).toSorted();
}

/** Without what admission plugins add, which the recorder did not run, and without the wall clock. */
function withoutAdmission(stored: KubeObject, recorded: KubeObject): unknown {
  const text = JSON.stringify(stored);
  if (stored.kind !== "Pod") return JSON.parse(text);
  const pod: unknown = JSON.parse(text, (key, value: unknown) =>
    key === "lastTransitionTime" ? null : value,
  );
  const spec = { ...asRecord(asRecord(pod)["spec"]) };
  const kept = asRecord(recorded["spec"]);
  for (const added of ["priority", "preemptionPolicy", "tolerations"]) {
    if (kept[added] === undefined) delete spec[added];
  }
  const count = asArray(kept["tolerations"]).length;
  if (count > 0) spec["tolerations"] = asArray(spec["tolerations"]).slice(0, count);
  return { ...asRecord(pod), spec };
}

describe("an object that is created", () => {
  test("is refused for the reasons that Kubernetes gives, 1000 random ones", () => {
    for (const { object, causes = [] } of judged) {
      const mine = strategyOf(object).validateCreate(prepared(object));
      expect(sorted(mine), JSON.stringify(object)).toEqual(sorted(causes));
    }
  });

  test("is stored as Kubernetes stores it, with its warnings", () => {
    const accepted = judged.filter(({ stored }) => stored !== undefined);
    expect(accepted.length).toBeGreaterThan(200);
    for (const { object, warnings = [], stored } of accepted) {
      if (stored === undefined) continue;
      const mine = prepared(object);
      expect(strategyOf(object).warnings(mine), JSON.stringify(object)).toEqual(warnings);
      expect(withoutAdmission(canonicalObject(mine), stored)).toEqual(
        withoutAdmission(stored, stored),
      );
    }
  });
});

/** What is left out openly: the status of Pods and budgets, pods behind scheduling gates. */
function isLeftOut({ old, subresource }: Updated): boolean {
  if (subresource === "status") return ["Pod", "PodDisruptionBudget"].includes(old.kind);
  return asArray(asRecord(old["spec"])["schedulingGates"]).length > 0;
}

function changed({ object, old, subresource }: Updated): KubeObject {
  const decoded = decodeObject(object, "Ignore");
  if (!decoded.ok) throw new Error(decoded.status.message);
  return strategyOf(old).prepareForUpdate(applyDefaults(decoded.value), old, subresource);
}

describe("an object that is changed", () => {
  const changes = updated.filter((change) => !isLeftOut(change));

  test("is refused for the reasons that Kubernetes gives, 800 random changes", () => {
    expect(changes.length).toBeGreaterThan(800);
    for (const change of changes) {
      const { old, subresource, causes = [] } = change;
      const mine = strategyOf(old).validateUpdate(changed(change), old, subresource);
      expect(sorted(mine), JSON.stringify(change.object)).toEqual(sorted(causes));
    }
  });

  test("is stored as Kubernetes stores it, with its warnings", () => {
    const accepted = changes.filter(({ stored }) => stored !== undefined);
    expect(accepted.length).toBeGreaterThan(300);
    for (const change of accepted) {
      const mine = changed(change);
      const { old, warnings = [] } = change;
      expect(strategyOf(old).warnings(mine, old), JSON.stringify(change.object)).toEqual(warnings);
      expect(canonicalObject(mine)).toEqual(change.stored);
    }
  });
});
