import { describe, expect, test } from "vitest";
import type { PodTemplateSpec } from "../../src/api/core.ts";
import { deepFreeze } from "../../src/api/json.ts";
import { templatesEqualIgnoringHash } from "../../src/apiserver/equality.ts";
import { podTemplateHash } from "../../src/apiserver/template-hash.ts";
import { readLines } from "./recorded.ts";

interface HashedTemplate {
  readonly template: PodTemplateSpec;
  readonly collisionCount: number | null;
  readonly hash: string;
}

interface RecordedReplicaSet {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

function hashedTemplates(): readonly HashedTemplate[] {
  return readLines<HashedTemplate>(import.meta.url, "data/template-hashes.jsonl.gz", JSON.parse);
}

function replicaSets(): readonly RecordedReplicaSet[] {
  return readLines<RecordedReplicaSet>(import.meta.url, "data/replicasets.jsonl.gz", JSON.parse);
}

function withCpu(labels: Record<string, string>, cpu: string): PodTemplateSpec {
  return {
    metadata: { labels },
    spec: { containers: [{ name: "web", resources: { limits: { cpu } } }] },
  };
}

function withoutHashLabel(template: PodTemplateSpec): PodTemplateSpec {
  const { "pod-template-hash": _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

describe("pod-template-hash", () => {
  test("equals Kubernetes' hash of 240 random templates", () => {
    const cases = hashedTemplates();
    expect(cases).toHaveLength(240);
    for (const { template, collisionCount, hash } of cases) {
      expect(podTemplateHash(template, collisionCount ?? undefined)).toBe(hash);
    }
  });

  test("names the ReplicaSets of real clusters", () => {
    const sets = replicaSets();
    for (const { name, template } of sets) {
      expect(name.split("-").at(-1)).toBe(podTemplateHash(withoutHashLabel(template)));
    }
  });

  test("takes an empty list or map for an absent one", () => {
    const bare = { spec: { containers: [{ name: "web" }] } };
    const filled = {
      metadata: { labels: {} },
      spec: { containers: [{ name: "web", env: [], args: [] }], nodeSelector: {} },
    };
    expect(podTemplateHash(filled)).toBe(podTemplateHash(bare));
    expect(templatesEqualIgnoringHash(filled, bare)).toBe(true);
  });

  test("changes with an empty struct behind a pointer, as equality does", () => {
    const bare = { spec: { containers: [{ name: "web" }] } };
    const filled = { spec: { ...bare.spec, securityContext: {} } };
    expect(podTemplateHash(filled)).not.toBe(podTemplateHash(bare));
    expect(templatesEqualIgnoringHash(filled, bare)).toBe(false);
  });

  test("changes with a collision count, zero too", () => {
    const template = { spec: { containers: [] } };
    const hashes = [undefined, 0, 1, 2].map((count) => podTemplateHash(template, count));
    expect(new Set(hashes).size).toBe(4);
  });
});

describe("templatesEqualIgnoringHash", () => {
  test("ignores the label pod-template-hash and no other", () => {
    const plain = withCpu({ app: "web" }, "1");
    expect(
      templatesEqualIgnoringHash(plain, withCpu({ app: "web", "pod-template-hash": "x" }, "1")),
    ).toBe(true);
    expect(templatesEqualIgnoringHash(plain, withCpu({ app: "api" }, "1"))).toBe(false);
    expect(templatesEqualIgnoringHash(plain, withCpu({ app: "web", b: "c" }, "1"))).toBe(false);
  });

  test("is not fooled by a template that is frozen on the outside only", () => {
    const labels = { app: "web" };
    const shallow = Object.freeze(withCpu(labels, "1"));
    const settled = deepFreeze(withCpu({ app: "web" }, "1"));
    expect(templatesEqualIgnoringHash(shallow, settled)).toBe(true);
    expect(templatesEqualIgnoringHash(settled, shallow)).toBe(true);
    labels.app = "api";
    expect(templatesEqualIgnoringHash(shallow, settled)).toBe(false);
    expect(templatesEqualIgnoringHash(settled, shallow)).toBe(false);
  });

  test("compares quantities by value", () => {
    const one = withCpu({ app: "web" }, "1");
    expect(templatesEqualIgnoringHash(one, withCpu({ app: "web" }, "1000m"))).toBe(true);
    expect(templatesEqualIgnoringHash(one, withCpu({ app: "web" }, "1001m"))).toBe(false);
  });

  test("finds every recorded template equal to itself and different from the next", () => {
    const cases = hashedTemplates();
    cases.forEach(({ template: each }, index) => {
      expect(templatesEqualIgnoringHash(each, structuredClone(each))).toBe(true);
      const next = cases[index + 1];
      if (next === undefined || JSON.stringify(next.template) === JSON.stringify(each)) return;
      expect(templatesEqualIgnoringHash(each, next.template)).toBe(
        podTemplateHash(each) === podTemplateHash(next.template),
      );
    });
  });
});
