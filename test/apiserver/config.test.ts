import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

function made(kind: string, fields: object): ReturnType<Cluster["api"]["create"]> {
  const object: KubeObject = { apiVersion: "v1", kind, metadata: { name: "web" }, ...fields };
  return new Cluster().api.create(object);
}

function message(answer: ReturnType<typeof made>): string {
  return answer.ok ? "accepted" : answer.status.message;
}

describe("a ConfigMap or Secret", () => {
  const shape =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  " +
    "or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

  test.each(["ConfigMap", "Secret"])("has keys that can be names of files: %s", (kind) => {
    const answer = made(kind, { data: { "bad key": "eA==" } });
    const why = `data[bad key]: Invalid value: "bad key": ${shape}`;
    expect(message(answer)).toBe(`${kind} "web" is invalid: ${why}`);
  });

  test("has a key once, as text or as bytes", () => {
    const answer = made("ConfigMap", { data: { a: "x" }, binaryData: { a: "eA==" } });
    expect(message(answer)).toContain('data[a]: Invalid value: "a": duplicate of key present in');
  });

  test("keeps texts of a Secret as data", () => {
    const answer = made("Secret", { data: { a: "eA==", b: "eA==" }, stringData: { b: "é" } });
    expect(answer).toMatchObject({ ok: true, value: { data: { a: "eA==", b: "w6k=" } } });
    expect(answer.ok && answer.value["stringData"]).toBe(undefined);
  });

  test("stays as it is once it is immutable, and a Secret keeps its type", () => {
    const { api } = new Cluster();
    const metadata = { name: "web" };
    const other = { apiVersion: "v1", kind: "Secret", metadata: { name: "other" } };
    api.create({ ...other, data: { a: "eA==" } });
    const free = { resource: "secrets", name: "other" };
    expect(message(api.patch(free, "merge", { data: { a: "eQ==" } }))).toBe("accepted");
    api.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
      immutable: true,
      data: { a: "eA==" },
    });
    const patch = { immutable: null, data: { a: "eQ==" }, type: "x" };
    const answer = api.patch({ resource: "secrets", name: "web" }, "merge", patch);
    const rule = "field is immutable when `immutable` is set";
    expect(message(answer)).toBe(
      `Secret "web" is invalid: [type: Invalid value: "x": field is immutable, ` +
        `immutable: Forbidden: ${rule}, data: Forbidden: ${rule}]`,
    );
  });
});

test("Nobody owns the addresses that the server gives to a Service", () => {
  const { api } = new Cluster();
  const answer = api.create(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ port: 80 }], type: "NodePort" },
    },
    { fieldManager: "me" },
  );
  const owned = JSON.stringify(answer.ok && answer.value.metadata.managedFields);
  expect(owned).toContain("f:internalTrafficPolicy");
  expect(owned).not.toMatch(/f:clusterIP|f:nodePort|f:ipFamil/);
});

test("A patch of the scale is refused where its version or name is another's", () => {
  const cluster = new Cluster();
  const labels = { app: "web" };
  const spec = { containers: [{ name: "c", image: "web" }] };
  cluster.api.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  const ref = { resource: "deployments", name: "web" };
  const scaled = (metadata: object): string =>
    message(cluster.api.patch(ref, "merge", { metadata }, { subresource: "scale" }));
  expect(scaled({ resourceVersion: "9999" })).toContain("the object has been modified");
  expect(scaled({ name: "other" })).toContain("(other) does not match the name on the URL (web)");
  expect(scaled({ name: null })).toContain("name must be provided");
});

describe("a Secret", () => {
  const type = (name: string): string => `kubernetes.io/${name}`;
  const redacted = 'Invalid value: "<secret contents redacted>":';

  test.each([
    ["tls", {}, ["data[tls.crt]: Required value", "data[tls.key]: Required value"]],
    ["basic-auth", {}, ["data[username]: Required value", "data[password]: Required value"]],
    ["basic-auth", { password: "" }, []],
    ["ssh-auth", { "ssh-privatekey": "" }, ["data[ssh-privatekey]: Required value"]],
    ["dockerconfigjson", {}, ["data[.dockerconfigjson]: Required value"]],
    [
      "dockerconfigjson",
      { ".dockerconfigjson": "eA==" },
      [`data[.dockerconfigjson]: ${redacted} invalid character 'x' looking for beginning of value`],
    ],
    ["dockerconfigjson", { ".dockerconfigjson": "e30=" }, []],
    [
      "dockercfg",
      { ".dockercfg": "" },
      [`data[.dockercfg]: ${redacted} unexpected end of JSON input`],
    ],
    [
      "dockercfg",
      { ".dockercfg": "W10=" },
      [
        `data[.dockercfg]: ${redacted} json: cannot unmarshal array into Go value of type map[string]interface {}`,
      ],
    ],
    [
      "service-account-token",
      {},
      ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
    ],
  ])("of type %s with %j has what its type needs", (name, data, expected) => {
    const answer = made("Secret", { type: type(name), data });
    const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });
});
