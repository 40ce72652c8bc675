/** Volume claims, in the words of kube-apiserver v1.37.2. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

describe("a volume claim", () => {
  const claim = (storage: string): KubeObject => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  });

  test.each([
    ["500Mi", "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi"],
    ["3Gi", "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"],
    ["1Gi", ""],
  ])("of %s is judged by the LimitRange", (storage, why) => {
    const { api } = new Cluster();
    const bounds = { min: { storage: "1Gi" }, max: { storage: "2Gi" } };
    api.create({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "team" },
      spec: { limits: [{ type: "PersistentVolumeClaim", ...bounds }] },
    });
    const answer = api.create(claim(storage));
    expect(answer.ok ? "" : answer.status.message).toBe(
      why === "" ? "" : `persistentvolumeclaims "data" is forbidden: ${why}`,
    );
  });

  test.each([
    [{}, ["accessModes: Required value: at least 1 access mode is required"]],
    [
      { accessModes: ["x", "ReadWriteOncePod", "ReadWriteOnce"] },
      [
        'accessModes: Unsupported value: "x": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        "accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
      ],
    ],
    [
      { accessModes: ["ReadWriteOnce"], volumeMode: "x" },
      ['volumeMode: Unsupported value: "x": supported values: "Block", "Filesystem"'],
    ],
    [
      { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "0" } } },
      ['resources[storage]: Invalid value: "0": must be greater than zero'],
    ],
    [{ accessModes: ["ReadWriteOnce"], resources: {} }, ["resources[storage]: Required value"]],
  ])("has a size and a way to be used: %j", (spec, expected) => {
    const whole = {
      ...claim("1Gi"),
      spec: { ...(claim("1Gi")["spec"] as object), accessModes: [], ...spec },
    };
    const answer = new Cluster().api.create(whole);
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(
      expected.map((each) => `spec.${each}`),
    );
  });
});
