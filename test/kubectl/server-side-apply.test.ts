import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { applyDefaults } from "../../src/apiserver/defaults.ts";
import { applyConfiguration } from "../../src/apiserver/field-managers/apply.ts";
import {
  ownersAfterUpdate,
  withOwners,
  type Manager,
} from "../../src/apiserver/field-managers/managers.ts";
import { withControllers } from "../../src/apiserver/field-managers/controllers.ts";
import { trackWrite } from "../../src/apiserver/field-managers/track.ts";
import { isKubeObject, withField } from "../../src/kubectl/fields.ts";
import { parseManifest } from "../../src/kubectl/manifest.ts";
import { readRecording } from "../conformance/kubectl-recording.ts";

const data = fileURLToPath(new URL("../conformance/data/", import.meta.url));
const at = "2026-11-23T09:00:00Z";

function recorded(scenario: string, seq: number) {
  const found = readRecording(`${data}kubectl-${scenario}.jsonl.gz`).find((c) => c.seq === seq);
  if (found === undefined) throw new Error(`${scenario} ${seq} was not recorded`);
  return found;
}

function read(text: string): KubeObject {
  const object = parseManifest(text, "test").documents.find(isKubeObject);
  if (object === undefined) throw new Error("no object");
  return object;
}

const configuration = (seq: number): KubeObject =>
  withField(read(recorded("apply", seq).stdin ?? ""), ["metadata", "namespace"], "default");

const managersOf = (object: KubeObject) =>
  (object.metadata.managedFields ?? []).map((entry) => {
    const { time: _, ...rest } = entry as Record<string, unknown>;
    return rest;
  });

const request = { manager: "kubectl", force: "nothing", at } as const;
const scaler: Manager = {
  name: "kubectl",
  operation: "Update",
  apiVersion: "apps/v1",
  subresource: "scale",
};

/** The object of the recording after it was applied and then scaled to 5. */
function scaled(): KubeObject {
  const live = read(recorded("apply", 33).stdout);
  const after = withField(live, ["spec", "replicas"], 5);
  return withOwners(after, ownersAfterUpdate(live, after, scaler, at));
}

describe("owners of fields", () => {
  test("a client-side apply that creates owns what the real one owned, defaults included", () => {
    const created = read(recorded("apply", 3).stdout);
    const { status: _, ...stored } = created;
    const manager: Manager = {
      name: "kubectl-client-side-apply",
      operation: "Update",
      apiVersion: "apps/v1",
      subresource: "",
    };
    const owned = withOwners(stored, ownersAfterUpdate(undefined, stored, manager, at));
    const [real] = managersOf(read(recorded("tutorial-3", 23).stdout));
    expect(managersOf(owned)).toEqual([real]);
  });

  test("a server-side apply that creates owns what it names, and nothing else", () => {
    const applied = applyConfiguration(undefined, configuration(31), request);
    const [real] = managersOf(read(recorded("apply", 33).stdout));
    expect(applied.ok && managersOf(applied.value)).toEqual([real]);
  });

  test("applying the same again changes nothing", () => {
    const live = read(recorded("apply", 33).stdout);
    const applied = applyConfiguration(live, configuration(32), request);
    expect(applied).toEqual({ ok: true, value: live });
  });
});

describe("a server-side apply is refused", () => {
  test("over a field that kubectl scale has changed since", () => {
    const applied = applyConfiguration(scaled(), configuration(35), request);
    const [message] = recorded("apply", 35).stderr.replace("error: ", "").split("\n");
    expect(!applied.ok && applied.status.message).toBe(message);
  });

  test("over fields of two managers, all of them named", () => {
    const applied = applyConfiguration(scaled(), configuration(36), {
      ...request,
      manager: "other",
    });
    const [message] = recorded("apply", 36).stderr.replace("error: ", "").split("\nPlease");
    expect(!applied.ok && applied.status.message).toBe(message);
  });

  test("for a field that the schema lacks", () => {
    const applied = applyConfiguration(scaled(), configuration(41), request);
    expect(!applied.ok && `Error from server: ${applied.status.message}\n`).toBe(
      recorded("apply", 41).stderr,
    );
  });
});

describe("a forced server-side apply", () => {
  const forced = applyConfiguration(scaled(), configuration(37), {
    manager: "other",
    force: "conflicts",
    at,
  });

  test("takes the fields over, and the others keep the rest", () => {
    const real = managersOf(read(recorded("apply", 39).stdout)).filter(
      ({ operation }) => operation === "Apply",
    );
    const ours = forced.ok ? managersOf(forced.value) : [];
    expect(ours.filter(({ operation }) => operation === "Apply")).toEqual(real);
  });

  test("leaves the real spec", () => {
    expect(forced.ok && applyDefaults(forced.value)["spec"]).toEqual(
      read(recorded("apply", 39).stdout)["spec"],
    );
  });

  test("makes the first manager ask for them back", () => {
    const live = forced.ok ? forced.value : scaled();
    const applied = applyConfiguration(live, configuration(38), request);
    const [message] = recorded("apply", 38).stderr.replace("error: ", "").split("\nPlease");
    expect(!applied.ok && applied.status.message).toBe(message);
  });
});

test("a field that its only manager no longer names goes away", () => {
  const live = scaled();
  const wanted = configuration(31);
  const labels = withField(wanted, ["metadata", "labels"], { app: "nginx", tier: "front" });
  const first = applyConfiguration(live, labels, { ...request, force: "conflicts" });
  const second = applyConfiguration(first.ok ? first.value : live, wanted, request);
  expect(second.ok && second.value.metadata.labels).toEqual({ app: "nginx" });
});

test("the controller owns the status and its annotations, as in the recordings", () => {
  for (const seq of [33, 39]) {
    const real = read(recorded("apply", seq).stdout);
    const users = (real.metadata.managedFields ?? []).filter(
      (entry) => (entry as Record<string, unknown>)["operation"] === "Apply",
    );
    const tracked = { ...real, metadata: { ...real.metadata, managedFields: users } };
    expect(managersOf(withControllers(tracked))).toEqual(managersOf(real));
  }
});

describe("over an object of client-side apply", () => {
  const created = read(recorded("apply", 3).stdout);
  const live = trackWrite(
    undefined,
    { value: created, asked: () => created },
    { fieldManager: "kubectl-client-side-apply" },
    at,
  );
  const key = "kubectl.kubernetes.io/last-applied-configuration";

  test("kubectl takes over what still is as it was applied", () => {
    const applied = applyConfiguration(live, configuration(11), request);
    expect(applied.ok && applied.value["spec"]).toMatchObject({ replicas: 5 });
    const annotation = applied.ok ? applied.value.metadata.annotations?.[key] : undefined;
    // The last line that the recorded diff adds with the annotation, its marks cut off.
    const real = recorded("apply", 11).stdout.match(/^\+ +(\{"apiVersion".*)$/m)?.[1];
    expect(annotation?.trimEnd()).toBe(real);
  });

  test("kubectl conflicts over what changed since, others over everything", () => {
    const moved = withField(live, ["spec", "replicas"], 9);
    const one = applyConfiguration(moved, configuration(11), request);
    expect(!one.ok && one.status.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas',
    );
    const other = applyConfiguration(live, configuration(11), { ...request, manager: "other" });
    expect(!other.ok && other.status.message).toContain("Apply failed with 2 conflicts");
  });
});
