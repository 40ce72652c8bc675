import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const service = { name: "web", port: { number: 80 } };
const path = { path: "/", pathType: "Prefix", backend: { service } };

function withPath(fields: object): object {
  return { rules: [{ http: { paths: [{ ...path, ...fields }] } }] };
}

function said(spec: object, annotations = {}): string {
  const ingress: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", annotations },
    spec,
  };
  const answer = new Cluster().api.create(ingress);
  if (answer.ok) return answer.warnings?.join() ?? "";
  return answer.status.message.replace('Ingress.networking.k8s.io "web" is invalid: ', "");
}

describe("an Ingress", () => {
  const at = "spec.rules[0].http.paths[0]";

  test.each([
    [{}, "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"],
    [{ rules: [{ http: {} }] }, "spec.rules[0].http.paths: Required value"],
    [withPath({ pathType: null }), `${at}.pathType: Required value: pathType must be specified`],
    [
      withPath({ pathType: "Regex" }),
      `${at}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
    ],
    [withPath({ path: "" }), `${at}.path: Invalid value: "": must be an absolute path`],
    [withPath({ path: "a" }), `${at}.path: Invalid value: "a": must be an absolute path`],
    [withPath({ path: "/a//b" }), `${at}.path: Invalid value: "/a//b": must not contain '//'`],
    [withPath({ path: "/a/.." }), `${at}.path: Invalid value: "/a/..": cannot end with '/..'`],
    [withPath({ path: "//", pathType: "ImplementationSpecific" }), ""],
    [withPath({ path: "", pathType: "ImplementationSpecific" }), ""],
    [
      withPath({ backend: {} }),
      `${at}.backend: Invalid value: "": resource or service backend is required`,
    ],
    [
      withPath({ backend: { service: { name: "", port: {} } } }),
      `[${at}.backend.service.name: Required value, ${at}.backend: Required value: port name or number is required]`,
    ],
    [
      withPath({ backend: { service: { name: "web", port: { name: "http", number: 80 } } } }),
      `${at}.backend: Invalid value: "": cannot set both port name & port number`,
    ],
    [
      withPath({ backend: { resource: { kind: "Bucket", name: "a/b" } } }),
      `${at}.backend.resource.name: Invalid value: "a/b": may not contain '/'`,
    ],
    [
      { rules: [{ host: "10.0.0.1" }] },
      'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
    ],
    [{ rules: [{ host: "*.example.com" }] }, ""],
    [{ defaultBackend: { service: { name: "1web", port: { name: "http" } } } }, ""],
  ])("is judged by paths, hosts and backends: %j", (spec, why) => {
    expect(said(spec)).toBe(why);
  });

  test("names a wildcard, a secret and a class as DNS does", () => {
    const tls = [{ hosts: ["*.*.x"], secretName: "A_b" }];
    const text = said({ defaultBackend: { service }, ingressClassName: "N_x", tls });
    expect(text).toContain('spec.tls[0].hosts[0]: Invalid value: "*.*.x": a wildcard DNS-1123');
    expect(text).toContain('spec.tls[0].secretName: Invalid value: "A_b": a lowercase RFC 1123');
    expect(text).toContain('spec.ingressClassName: Invalid value: "N_x": a lowercase RFC 1123');
  });

  test("has its class in the spec; the annotation of old warns, and another one than the spec's is refused", () => {
    const annotations = { "kubernetes.io/ingress.class": "nginx" };
    const spec = { defaultBackend: { service } };
    expect(said(spec, annotations)).toContain("is deprecated, please use 'spec.ingressClassName'");
    expect(said({ ...spec, ingressClassName: "other" }, annotations)).toBe(
      'annotations.kubernetes.io/ingress.class: Invalid value: "nginx": must match `ingressClassName` when both are specified',
    );
  });
});
