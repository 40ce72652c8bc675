import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { decodeObject, type FieldValidation } from "../../src/apiserver/decode.ts";
import { canonicalObject } from "../../src/apiserver/encode.ts";

const kind = { apiVersion: "apps/v1", kind: "Deployment" };

function messageOf(spec: unknown, fieldValidation: FieldValidation = "Strict"): string | undefined {
  const answer = decodeObject({ ...kind, metadata: { name: "web" }, spec }, fieldValidation);
  return answer.ok ? undefined : answer.status.message;
}

const prefix = 'Deployment in version "v1" cannot be handled as a Deployment: ';

describe("decoding", () => {
  test.each([
    [{ replicaz: 1 }, 'strict decoding error: unknown field "spec.replicaz"'],
    [
      { template: { spec: { containers: [{ imag: "x" }, { Name: "y" }] } } },
      'strict decoding error: unknown field "spec.template.spec.containers[0].imag", unknown field "spec.template.spec.containers[1].Name"',
    ],
    [
      { replicas: "3" },
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      { replicas: 3.5 },
      "json: cannot unmarshal number 3.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      { template: [] },
      "json: cannot unmarshal array into Go struct field DeploymentSpec.spec.template of type v1.PodTemplateSpec",
    ],
  ])("refuses %j", (spec, message) => {
    expect(messageOf(spec)).toContain(message);
    expect(messageOf(spec)?.startsWith(prefix) || message.startsWith("json")).toBe(true);
  });

  test("warns of unknown fields unless told to be strict or to ignore them", () => {
    const object = { ...kind, metadata: { name: "web" }, spec: { replicaz: 1, replicas: 2 } };
    const warned = decodeObject(object);
    expect(warned.warnings).toEqual(['unknown field "spec.replicaz"']);
    const ignored = decodeObject(object, "Ignore");
    expect(ignored.warnings).toEqual([]);
    expect([warned, ignored].map((answer) => answer.ok && answer.value["spec"])).toEqual([
      { replicas: 2 },
      { replicas: 2 },
    ]);
  });

  test("takes null for absent", () => {
    const answer = decodeObject({ ...kind, metadata: { name: "web" }, spec: { replicas: null } });
    expect(answer.ok && answer.value["spec"]).toEqual({});
  });

  test("keeps kinds that it does not know as they are", () => {
    const object = {
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { name: "x" },
      spec: { any: ["thing", null, { a: 1 }] },
    };
    expect(decodeObject(object, "Strict")).toEqual({ ok: true, value: object });
  });
});

test.each([
  ["2000-13-01T00:00:00Z", "month"],
  ["9999-99-99T99:00:00Z", "month"],
  ["2000-00-01T00:00:00Z", "month"],
  ["2000-02-30T24:00:00Z", "hour"],
  ["2000-02-30T23:60:00Z", "minute"],
  ["2000-02-30T23:59:60Z", "second"],
  ["2000-02-30T23:59:59Z", "day"],
  ["2001-02-29T00:00:00Z", "day"],
  ["2000-04-00T00:00:00Z", "day"],
  ["2000-02-29T23:59:59Z", undefined],
])("a time that no clock shows is refused as Go refuses it: %s", (time, part) => {
  const metadata = { name: "web", creationTimestamp: time };
  const answer = decodeObject({ ...kind, metadata, spec: {} }, "Strict");
  expect(answer.ok ? undefined : answer.status.message).toBe(
    part && `${prefix}parsing time ${JSON.stringify(time)}: ${part} out of range`,
  );
});

describe("the canonical form", () => {
  test("omits what Go omits and writes what Go writes", () => {
    const object: KubeObject = {
      ...kind,
      metadata: { name: "web", labels: {}, annotations: { a: "" } },
      spec: {
        replicas: 0,
        minReadySeconds: 0,
        paused: false,
        selector: {},
        template: { spec: { containers: [{ name: "c", image: "", env: [], tty: false }] } },
      },
    };
    expect(canonicalObject(object)).toEqual({
      ...kind,
      metadata: { name: "web", annotations: { a: "" } },
      spec: {
        replicas: 0,
        selector: {},
        template: { metadata: {}, spec: { containers: [{ name: "c", resources: {} }] } },
        strategy: {},
      },
      status: {},
    });
  });

  test("of itself is itself", () => {
    const object: KubeObject = {
      ...kind,
      metadata: { name: "web" },
      spec: { template: { spec: { containers: [{ resources: { limits: { cpu: "1000m" } } }] } } },
    };
    const once = canonicalObject(object);
    expect(canonicalObject(once)).toEqual(once);
    expect(JSON.stringify(once)).toContain('"cpu":"1"');
  });
});
