import { describe, expect, test } from "vitest";
import { Cluster } from "../../src/cluster.ts";

const labels = { app: "web" };
const container = { name: "web", image: "web:v1" };

function deployment(spec: object, container_: object = container): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container_] } },
      ...spec,
    },
  };
}

const web = { resource: "deployments", name: "web" };

function said(configuration: object): string {
  const answer = new Cluster().api.patch(web, "apply", configuration, { fieldManager: "me" });
  if (answer.ok) return "applied";
  return `${answer.status.code} ${answer.status.message}`.replace(
    "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ",
    "",
  );
}

test("a server-side apply is of the kind, name and version that it is sent to", () => {
  const { api } = new Cluster();
  const apply = (body: object): unknown => {
    const answer = api.patch(web, "apply", body, { fieldManager: "me" });
    return answer.ok ? "applied" : `${answer.status.code} ${answer.status.message}`;
  };
  const whole = deployment({});
  expect(apply(whole)).toBe("applied");
  expect(apply({ ...whole, kind: "ReplicaSet" })).toBe(
    "400 invalid object type: apps/v1, Kind=ReplicaSet",
  );
  expect(apply({ ...whole, metadata: { name: "api" } })).toBe(
    "400 the name of the object (api) does not match the name on the URL (web)",
  );
  expect(apply({ ...whole, metadata: { name: "web", resourceVersion: "99" } })).toBe(
    '409 Operation cannot be fulfilled on deployments.apps "web": the object has been modified; ' +
      "please apply your changes to the latest version and try again",
  );
});

describe("a server-side apply", () => {
  const item = '.spec.template.spec.containers[name="web"]';

  test.each([
    [{ replicas: "3" }, ".spec.replicas: expected numeric (int or float), got string"],
    [{ replicas: [3] }, ".spec.replicas: expected numeric (int or float), got []interface {}"],
    [{ paused: "yes" }, ".spec.paused: expected boolean, got &{yes}"],
    [{ replicaz: 3 }, ".spec.replicaz: field not declared in schema"],
    [{ strategy: [] }, ".spec.strategy: expected map, got &{[]}"],
    [
      { strategy: { rollingUpdate: { maxSurge: { a: 1 } } } },
      ".spec.strategy.rollingUpdate.maxSurge: expected any scalar, got &{map[a:1]}",
    ],
  ])("answers a wrong type with 500, as the server does: %j", (spec, why) => {
    expect(said(deployment(spec))).toBe(`500 ${why}`);
  });

  test.each([
    [
      { ...container, image: 5 },
      `${item}.image: expected string, got &value.valueUnstructured{Value:5}`,
    ],
    [{ nome: "web" }, '.spec.template.spec.containers[name=""].nome: field not declared in schema'],
    [{ ...container, args: "x" }, `${item}.args: expected list, got &{x}`],
    [
      { ...container, args: [1] },
      `${item}.args[0]: expected string, got &value.valueUnstructured{Value:1}`,
    ],
    [
      { ...container, ports: [{ containerPort: "x" }] },
      `${item}.ports[containerPort="x",protocol="TCP"].containerPort: expected numeric (int or float), got string`,
    ],
    [
      { ...container, env: [{ name: "A" }, { name: "A" }] },
      `${item}.env: duplicate entries for key [name="A"]`,
    ],
    [
      { ...container, env: ["A"] },
      `${item}.env: element 0: associative list with keys may not have non-map elements`,
    ],
  ])("names the place in a list by its keys: %j", (bad, why) => {
    expect(said(deployment({}, bad))).toBe(`500 ${why}`);
  });

  test("lists several mistakes, and finds fractions when Go's types come in", () => {
    expect(said(deployment({ replicas: "3", paused: 1 }))).toBe(
      "500 errors:\n  .spec.replicas: expected numeric (int or float), got string\n" +
        "  .spec.paused: expected boolean, got &{1}",
    );
    const half =
      "unable to convert unstructured object to apps/v1, Kind=Deployment: cannot convert";
    expect(said(deployment({ replicas: 1.5 }))).toContain(`${half} float64 to int32`);
  });

  test("gives up the item of a list whose key it changes", () => {
    const { api } = new Cluster();
    const service = (port: number): object => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: labels, ports: [{ port }] },
    });
    const apply = (port: number): ReturnType<typeof api.patch> =>
      api.patch({ resource: "services", name: "web" }, "apply", service(port), {
        fieldManager: "me",
      });
    apply(80);
    expect(apply(81)).toMatchObject({
      ok: true,
      value: { spec: { ports: [{ port: 81, targetPort: 81 }] } },
    });
  });

  test("takes an item that it gives up with all that others own in it, and a map with its last member", () => {
    const { api } = new Cluster();
    api.patch(web, "apply", deployment({}), { fieldManager: "me" });
    const image = {
      spec: { template: { spec: { containers: [{ name: "web", image: "web:v2" }] } } },
    };
    api.patch(web, "strategic", image, { fieldManager: "kubectl-set" });
    const nothing = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" } };
    const answer = api.patch(web, "apply", nothing, { fieldManager: "me" });
    const texts = answer.ok ? "" : answer.status.message;
    expect(texts).toContain("spec.template.metadata.labels: Invalid value: null:");
    expect(texts).toContain("spec.template.spec.containers: Required value");
  });

  test("owns nothing by its own word", () => {
    const owned = { ...deployment({}), metadata: { name: "web", managedFields: [] } };
    expect(said(owned)).toBe("400 metadata.managedFields must be nil");
  });
});

test("a server-side apply makes an object in the namespace that it is sent to, and takes no other", () => {
  const { api } = new Cluster();
  api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const whole = deployment({}) as { readonly metadata: object };
  const there = { ...web, namespace: "shop" };
  const apply = (metadata: object): string => {
    const answer = api.patch(there, "apply", { ...whole, metadata }, { fieldManager: "me" });
    return answer.ok ? `${answer.value.metadata.namespace}` : answer.status.message;
  };
  expect(apply({ name: "web" })).toBe("shop");
  expect(apply({ name: "web", namespace: "default" })).toBe(
    "the namespace of the provided object does not match the namespace sent on the request",
  );
});

test("null in a configuration takes a value away from who has it, and from an object nothing", () => {
  const { api } = new Cluster();
  api.patch(web, "apply", deployment({ revisionHistoryLimit: 3 }), { fieldManager: "me" });
  const other = (spec: object, force?: "conflicts") => {
    const body = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
    const options = { fieldManager: "you", ...(force === undefined ? {} : { force }) };
    return api.patch(web, "apply", body, options);
  };
  expect(other({ revisionHistoryLimit: null })).toMatchObject({
    status: {
      message: 'Apply failed with 1 conflict: conflict with "me": .spec.revisionHistoryLimit',
    },
  });
  const taken = other({ revisionHistoryLimit: null }, "conflicts");
  expect(taken).toMatchObject({ value: { spec: { revisionHistoryLimit: 10 } } });
  // A struct without parts is no other than the one that is there.
  expect(other({ template: null, strategy: null })).toMatchObject({
    ok: true,
    value: { spec: { strategy: { type: "RollingUpdate" } } },
  });
});

test("who names an empty list of containers, volumes or ports owns nothing by it", () => {
  const { api } = new Cluster();
  const volumes = { template: { spec: { volumes: [] } } };
  const body = { ...deployment({}), spec: volumes };
  api.patch(web, "apply", deployment({}), { fieldManager: "me" });
  const answer = api.patch(web, "apply", body, { fieldManager: "you" });
  expect(answer.ok && JSON.stringify(answer.value.metadata.managedFields)).not.toContain("volumes");
});

test("one empty entry takes all owners off an object", () => {
  const { api } = new Cluster();
  api.patch(web, "apply", deployment({}), { fieldManager: "me" });
  const patch = { metadata: { managedFields: [{}] } };
  const answer = api.patch(web, "merge", patch, { fieldManager: "you" });
  expect(answer.ok && answer.value.metadata.managedFields).toBeUndefined();
});

test("the target of an autoscaler is owned field by field, and a name to be completed, too", () => {
  const { api } = new Cluster();
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  const answer = api.create(
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "", generateName: "web-" },
      spec: { scaleTargetRef, maxReplicas: 3 },
    },
    { fieldManager: "me" },
  );
  const fieldsV1 = {
    "f:metadata": { "f:generateName": {} },
    "f:spec": { "f:scaleTargetRef": { "f:apiVersion": {}, "f:kind": {}, "f:name": {} } },
  };
  expect(answer).toMatchObject({ value: { metadata: { managedFields: [{ fieldsV1 }] } } });
});
