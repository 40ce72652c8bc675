/** Requests on paths, answered as by kube-apiserver v1.37.2: what the recorded ones (data/requests) do not show alone. */
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { answerRequest, type ApiRequest } from "../../src/apiserver/requests.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

function server(...names: readonly string[]) {
  const { api } = new Cluster();
  for (const name of names) {
    api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { name } } });
  }
  const ask = (method: ApiRequest["method"], path: string, more: Partial<ApiRequest> = {}) => {
    const answer = answerRequest(api, { method, path, fieldManager: "me", ...more });
    if (answer.ok) return { code: answer.code, body: answer.body };
    return { code: answer.status.code, body: answer.status.message };
  };
  return { api, ask };
}

type Asked = ReturnType<ReturnType<typeof server>["ask"]>;

function list({ body }: Asked) {
  return body as unknown as {
    readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
    readonly items: readonly Pick<KubeObject, "metadata">[];
  };
}

const names = (asked: Asked): readonly string[] =>
  list(asked).items.map(({ metadata }) => metadata.name);

describe("a list", () => {
  test("comes in pages, each of which says how the next one begins", () => {
    const { ask } = server("a", "b", "c");
    const first = ask("GET", `${maps}?limit=2`);
    const { continue: token = "", remainingItemCount } = list(first).metadata;
    expect([names(first), remainingItemCount]).toEqual([["a", "b"], 1]);
    expect(JSON.parse(Buffer.from(token, "base64url").toString())).toMatchObject({
      v: "meta.k8s.io/v1",
      start: "b\u0000",
    });
    const second = ask("GET", `${maps}?limit=2&continue=${token}`);
    expect([names(second), list(second).metadata.continue]).toEqual([["c"], undefined]);
  });

  test("does not count what is left of a selection, and has no pages of any version", () => {
    const { ask } = server("a", "b", "c");
    const selected = ask("GET", `${maps}?limit=1&labelSelector=name!%3Db`);
    expect(list(selected).metadata).not.toHaveProperty("remainingItemCount");
    expect(names(selected)).toEqual(["a"]);
    expect(names(ask("GET", `${maps}?limit=1&resourceVersion=0`))).toEqual(["a", "b", "c"]);
  });

  test("of all namespaces goes on behind a namespace and a name", () => {
    const { ask } = server("a", "b");
    const { continue: token = "" } = list(ask("GET", "/api/v1/configmaps?limit=1")).metadata;
    expect(Buffer.from(token, "base64url").toString()).toContain("default/a");
    expect(names(ask("GET", `/api/v1/configmaps?continue=${token}`))).toEqual(["b"]);
  });

  const invalid = 'ListOptions.meta.k8s.io "" is invalid:';
  const match = "resourceVersionMatch";
  test.each([
    ["limit=0x", 400, 'strconv.ParseInt: parsing "0x": invalid syntax'],
    ["labelSelector=%3D", 400, "found '=', expected: !, identifier, or 'end of string'"],
    [
      "fieldSelector=data.x%3D1",
      400,
      '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [
      "continue=x",
      400,
      "invalid continue token: continue key is not valid: illegal base64 data at input byte 0",
    ],
    [
      "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTEwLCJzdGFydCI6ImIifQ&resourceVersion=5",
      400,
      "specifying resource version is not allowed when using continue",
    ],
    [
      "resourceVersion=abc",
      400,
      'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      `${match}=Exact`,
      422,
      `${invalid} ${match}: Forbidden: ${match} is forbidden unless resourceVersion is provided`,
    ],
    [
      `${match}=x&resourceVersion=1`,
      422,
      `${invalid} ${match}: Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""`,
    ],
    [
      `${match}=Exact&resourceVersion=0`,
      422,
      `${invalid} ${match}: Forbidden: ${match} "exact" is forbidden for resourceVersion "0"`,
    ],
    [
      "sendInitialEvents=true",
      422,
      `${invalid} sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
    ],
  ])("that is asked for wrongly is refused: %s", (query, code, body) => {
    expect(server().ask("GET", `${maps}?${query}`)).toEqual({ code, body });
  });
});

describe("a write", () => {
  test("is of the kind and the namespace that its path says, and may leave both out", () => {
    const { ask } = server();
    const post = (body: object) => ask("POST", maps, { body });
    expect(post({ metadata: { name: "a" } })).toMatchObject({
      code: 201,
      body: { kind: "ConfigMap", apiVersion: "v1", metadata: { namespace: "default" } },
    });
    expect(post({ metadata: { name: "a", namespace: "other" } })).toEqual({
      code: 400,
      body: "the namespace of the provided object does not match the namespace sent on the request",
    });
    const handled = (kind: string, version: string): string =>
      `${kind} in version "${version}" cannot be handled as a ConfigMap:`;
    expect(post({ kind: "Pod", metadata: { name: "a" } }).body).toBe(
      `${handled("Pod", "v1")} converting (v1.Pod) to (core.ConfigMap): unknown conversion`,
    );
    expect(post({ apiVersion: "v2", metadata: { name: "a" } }).body).toBe(
      `${handled("ConfigMap", "v2")} no kind "ConfigMap" is registered for version "v2" in scheme ` +
        '"pkg/runtime/scheme.go:111"',
    );
  });

  test.each([
    [
      "dryRun=x",
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["x"]: supported values: "All"',
    ],
    [
      "fieldValidation=x",
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "x": supported ' +
        'values: "", "Ignore", "Strict", "Warn"',
    ],
    [
      `fieldManager=${"x".repeat(129)}`,
      'CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
    ],
  ])("with wrong options is refused: %s", (query, body) => {
    const request = { body: { metadata: { name: "a" } } };
    expect(server().ask("POST", `${maps}?${query}`, request)).toEqual({ code: 422, body });
  });

  test("without a body says nothing at all", () => {
    expect(server().ask("POST", maps)).toEqual({
      code: 400,
      body:
        "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; " +
        "json parse error: unexpected end of JSON input (<empty>)",
    });
  });

  test("by PUT makes a Service that is not there, and no ConfigMap", () => {
    const { ask } = server();
    const services = "/api/v1/namespaces/default/services";
    const body = { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } };
    expect(ask("PUT", `${services}/a`, { body }).code).toBe(201);
    expect(ask("PUT", `${services}/a`, { body }).code).toBe(200);
    expect(ask("PUT", `${maps}/a`, { body: { metadata: { name: "a" } } })).toEqual({
      code: 404,
      body: 'configmaps "a" not found',
    });
    expect(ask("PUT", `${maps}/a`, { body: { metadata: { name: "b" } } }).body).toBe(
      "the name of the object (b) does not match the name on the URL (a)",
    );
    expect(ask("PUT", `${maps}/a`, { body: {} }).body).toBe(
      "the name of the object (a based on URL) was undeterminable: name must be provided",
    );
  });

  test("of a Scale is of the version that it names", () => {
    const { api, ask } = server();
    api.create(web(1));
    const put = (metadata: object) =>
      ask("PUT", `${deployments}/web/scale`, {
        body: { metadata: { name: "web", ...metadata }, spec: { replicas: 3 } },
      });
    expect(put({})).toMatchObject({ code: 200, body: { kind: "Scale", spec: { replicas: 3 } } });
    expect(put({ resourceVersion: "99" }).code).toBe(409);
    expect(ask("GET", `${deployments}/web/scale`).body).toMatchObject({ spec: { replicas: 3 } });
  });

  test("names no namespace or the one of its path, and is no External Service's traffic policy", () => {
    const { ask } = server("a");
    const services = "/api/v1/namespaces/default/services";
    const patch = { body: { metadata: { namespace: "", labels: { a: "b" } } } };
    expect(ask("PATCH", `${maps}/a`, { ...patch, patchType: "merge" })).toMatchObject({
      code: 200,
      body: { metadata: { namespace: "default" } },
    });
    ask("POST", services, { body: { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } } });
    const spec = { type: "ExternalName", externalName: "x.example.com" };
    const changed = ask("PATCH", `${services}/a`, { body: { spec }, patchType: "merge" });
    expect(changed.body).not.toHaveProperty("spec.internalTrafficPolicy");
  });

  test("by patch makes no other kind of an object", () => {
    const { ask } = server("a");
    const patch = (body: object) => ask("PATCH", `${maps}/a`, { body, patchType: "merge" }).body;
    expect(patch({ kind: "x" })).toMatch(
      /^ "" is invalid: patch: .*: no kind "x" is registered for version "v1" in scheme "pkg/,
    );
    expect(patch({ kind: "Pod" })).toMatch(
      /: converting \(v1\.Pod\) to \(core\.ConfigMap\): unknown conversion$/,
    );
  });

  test("by server-side apply says whether it made something, and needs a name to do it in", () => {
    const { ask } = server();
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    const apply = (query = ""): number =>
      ask("PATCH", `${maps}/a${query}`, { body, patchType: "apply" }).code;
    expect([apply("?fieldManager=me"), apply("?fieldManager=me")]).toEqual([201, 200]);
    expect(ask("PATCH", `${maps}/a`, { body, patchType: "apply" })).toEqual({
      code: 422,
      body: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    });
    expect(ask("PATCH", `${maps}/a?force=true`, { body, patchType: "merge" }).body).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    );
  });
});

describe("a deletion", () => {
  test("is answered with what happened, or with the object that stays for a while", () => {
    const { ask } = server("a", "b");
    expect(ask("DELETE", `${maps}/a`)).toMatchObject({
      code: 200,
      body: { status: "Success", details: { name: "a", kind: "configmaps" } },
    });
    expect(ask("DELETE", `${maps}/b?propagationPolicy=Foreground`)).toMatchObject({
      code: 200,
      body: { kind: "ConfigMap", metadata: { finalizers: ["foregroundDeletion"] } },
    });
  });

  test("is told from one that lasts where dependents are not to be orphaned", () => {
    const { api, ask } = server("a");
    const finalizers = ["example.com/held"];
    api.patch({ resource: "configmaps", name: "a" }, "merge", { metadata: { finalizers } });
    expect(ask("DELETE", `${maps}/a?orphanDependents=false`).code).toBe(202);
    expect(ask("DELETE", `${maps}/a`).code).toBe(200);
  });

  test("of a collection takes what is selected, and answers what was there", () => {
    const { ask } = server("a", "b", "c");
    expect(names(ask("DELETE", `${maps}?labelSelector=name%20in%20(a,b)`))).toEqual(["a", "b"]);
    expect(names(ask("GET", maps))).toEqual(["c"]);
    expect(ask("DELETE", "/api/v1/configmaps").code).toBe(405);
  });

  test.each([
    [{ kind: "Pod", apiVersion: "v1" }, 400, 'no kind "Pod" is registered for version "v1" in'],
    [
      { gracePeriodSeconds: "x" },
      400,
      "json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
    ],
    [
      { propagationPolicy: "Bogus" },
      422,
      'propagationPolicy: Unsupported value: "Bogus": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [{ dryRun: ["x"] }, 422, 'dryRun: Unsupported value: ["x"]: supported values: "All"'],
  ])("with wrong options is refused: %j", (body, code, why) => {
    const answer = server("a").ask("DELETE", `${maps}/a`, { body });
    expect(answer.code).toBe(code);
    expect(answer.body).toContain(why);
  });

  test("takes its options from the query where there is no body", () => {
    const { ask } = server("a");
    expect(ask("DELETE", `${maps}/a?gracePeriodSeconds=x`).body).toBe(
      'strconv.ParseInt: parsing "x": invalid syntax',
    );
    expect(ask("DELETE", `${maps}/a?dryRun=All&gracePeriodSeconds=0`).code).toBe(200);
    expect(ask("GET", `${maps}/a`).code).toBe(200);
  });
});

test.each([
  ["GET", "/api/v1/namespaces/default/nope", 404],
  ["GET", "/apis/apps/v2/deployments", 404],
  ["GET", `${maps}/a/status`, 404],
  ["GET", "/api/v1/namespaces/default/services/a/scale", 404],
  ["POST", `${maps}/a`, 405],
  ["PUT", maps, 405],
  ["GET", "/api/v1/namespaces/default/pods/a/eviction", 405],
  ["PATCH", `${maps}/a`, 415],
  ["GET", "/api/v1/namespaces/default/status", 200],
] as const)("%s %s is answered with %d", (method, path, code) => {
  expect(server("a").ask(method, path).code).toBe(code);
});
