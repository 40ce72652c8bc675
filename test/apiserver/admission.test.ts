/** What a write goes through whatever its kind: names, places, identities, and what others have already. */
import { describe, expect, test } from "vitest";
import type { WriteOptions } from "../../src/api/client.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";
import { web } from "../support/web.ts";

function created(cluster: Cluster, object: object, options: WriteOptions = {}): KubeObject {
  const answer = cluster.act("create", (api) => api.create(object as KubeObject, options));
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

function refusal(cluster: Cluster, object: object): string {
  const answer = cluster.act("create", (api) => api.create(object as KubeObject));
  return answer.ok ? "created" : `${answer.status.code} ${answer.status.message}`;
}

const pod = (metadata: object, spec: object = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { containers: [{ name: "web", image: "web:1" }], ...spec },
});

const service = (name: string, spec: object): object => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

describe("a new object", () => {
  test("has no deletion that somebody gave it, of whatever kind it is", () => {
    const metadata = { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z" };
    const gadget = { apiVersion: "example.com/v1", kind: "Gadget", metadata };
    const made = created(new Cluster(), gadget);
    expect(made.metadata).not.toHaveProperty("deletionTimestamp");
  });

  test("has no namespace where its kind has none, and default where none is given", () => {
    const cluster = new Cluster();
    const classOf = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", value: 1 };
    const made = created(cluster, { ...classOf, metadata: { name: "low", namespace: "default" } });
    expect(made.metadata).not.toHaveProperty("namespace");
    expect(created(cluster, pod({ name: "a" })).metadata.namespace).toBe("default");
  });

  test("has the name that is given, and one that begins with generateName only without", () => {
    const cluster = new Cluster();
    const named = pod({ name: "a", generateName: "b-" });
    expect(created(cluster, named).metadata.name).toBe("a");
    expect(created(cluster, pod({ generateName: "b-" })).metadata.name).toMatch(/^b-\w{5}$/);
  });

  test("is refused in a namespace that is not there", () => {
    expect(refusal(new Cluster(), pod({ name: "a", namespace: "shop" }))).toBe(
      '404 namespaces "shop" not found',
    );
  });

  test("that is a Service may not have the address or a node port of another", () => {
    const cluster = new Cluster();
    const ports = [{ port: 80, nodePort: 30_080 }];
    created(cluster, service("a", { type: "NodePort", clusterIP: "10.96.0.50", ports }));
    expect(refusal(cluster, service("b", { clusterIP: "10.96.0.50" }))).toMatch(
      /^422 Service "b" is invalid: spec\.clusterIPs: .* provided IP is already allocated$/,
    );
    expect(refusal(cluster, service("b", { type: "NodePort", ports }))).toBe(
      '422 Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: ' +
        "provided port is already allocated",
    );
    expect(refusal(cluster, service("b", { type: "NodePort" }))).toBe("created");
  });

  test("that is a Service has node ports from 30000 to 32767, until none is left", () => {
    const cluster = new Cluster();
    const of = (from: number, count: number): object => {
      const numbers = Array.from({ length: count }, (_, i) => from + i);
      return { type: "NodePort", ports: numbers.map((port) => ({ name: `p${port}`, port })) };
    };
    const drawn = [of(1, 1000), of(1, 1768)].flatMap((spec, i) => {
      const { ports } = created(cluster, service(`all-${i}`, spec)).spec as {
        readonly ports: readonly { readonly nodePort: number }[];
      };
      return ports.map(({ nodePort }) => nodePort);
    });
    const all = Array.from({ length: 2768 }, (_, i) => 30_000 + i);
    expect(drawn.toSorted((a, b) => a - b)).toEqual(all);
    const full = "500 Internal error occurred: failed to allocate a nodePort: range is full";
    expect(refusal(cluster, service("more", of(1, 1)))).toBe(full);
    expect(refusal(new Cluster(), service("all", of(1, 2769)))).toBe(full);
    const local = { type: "LoadBalancer", allocateLoadBalancerNodePorts: false };
    expect(refusal(cluster, service("more", { ...local, externalTrafficPolicy: "Local" }))).toBe(
      "500 Internal error occurred: failed to allocate a HealthCheck NodePort 0: range is full",
    );
  });

  test("that is a Service has one node port for two protocols of a port", () => {
    const ports = [
      { name: "tcp", port: 53 },
      { name: "udp", port: 53, protocol: "UDP" },
      { name: "web", port: 80 },
      { name: "web-udp", port: 80, protocol: "UDP", nodePort: 30_080 },
    ];
    const { spec } = created(new Cluster(), service("dns", { type: "NodePort", ports }));
    const [tcp, udp, web] = (spec as { readonly ports: readonly { nodePort: number }[] }).ports;
    expect([tcp!.nodePort, web!.nodePort]).toEqual([udp!.nodePort, 30_080]);
  });
});

describe("a write to an object that is there", () => {
  const ref = { resource: "deployments", name: "web" };

  /** The object without its version: the controller has written to it since. */
  function stored(): { readonly cluster: Cluster; readonly object: KubeObject } {
    const cluster = new Cluster();
    const { metadata, ...rest } = created(cluster, web(2));
    const { resourceVersion: _, ...known } = metadata;
    return { cluster, object: { ...rest, metadata: known } };
  }

  test("is refused where it is meant for one that was there before", () => {
    const { cluster, object } = stored();
    const { metadata } = object;
    const older = { ...object, metadata: { ...metadata, uid: "older" } };
    const answer = cluster.act("update", (api) => api.update(older));
    expect(answer).toMatchObject({ ok: false, status: { code: 409 } });
    expect(answer.ok ? "" : answer.status.message).toContain(
      `Precondition failed: UID in precondition: older, UID in object meta: ${metadata.uid}`,
    );
  });

  test.each([
    ["name", "the name of the object (api) does not match the name on the URL (web)"],
    [
      "namespace",
      "the namespace of the provided object does not match the namespace sent on the request",
    ],
  ])("may not patch its %s", (field, message) => {
    const patch = { metadata: { [field]: "api" } };
    expect(stored().cluster.act("patch", (api) => api.patch(ref, "merge", patch))).toMatchObject({
      ok: false,
      status: { code: 400, message },
    });
  });

  test("warns of fields that nobody knows, in a PUT too", () => {
    const { cluster, object } = stored();
    const answer = cluster.act("update", (api) =>
      api.update({ ...object, replicas: 3 }, { fieldValidation: "Warn" }),
    );
    expect(answer).toMatchObject({ ok: true, warnings: ['unknown field "replicas"'] });
  });
});

describe("a pod", () => {
  test("has at least a second to end", () => {
    const made = created(new Cluster(), pod({ name: "a" }, { terminationGracePeriodSeconds: -1 }));
    expect(made["spec"]).toMatchObject({ terminationGracePeriodSeconds: 1 });
  });

  test("of its host's network has its ports on the host", () => {
    const containers = [{ name: "web", image: "web:1", ports: [{ containerPort: 80 }] }];
    const portsOf = (spec: object): unknown =>
      (created(new Cluster(), pod({ name: "a" }, spec))["spec"] as { containers: object[] })
        .containers[0];
    expect(portsOf({ containers, hostNetwork: true })).toMatchObject({ ports: [{ hostPort: 80 }] });
    expect(portsOf({ containers })).not.toMatchObject({ ports: [{ hostPort: 80 }] });
  });

  test("that asks for none of what is used up already fits into its quota", () => {
    const cluster = new Cluster();
    const of = (cpu: string): object => ({
      containers: [{ name: "web", image: "web:1", resources: { requests: { cpu } } }],
    });
    created(cluster, pod({ name: "a" }, of("2")));
    const metadata = { name: "cpu" };
    created(cluster, {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata,
      spec: { hard: { cpu: "1" } },
    });
    expect(refusal(cluster, pod({ name: "b" }, of("0")))).toBe("created");
    expect(refusal(cluster, pod({ name: "c" }, of("1m")))).toContain("exceeded quota: cpu");
  });
});

describe("what is sent", () => {
  const api = () => new Cluster().api;
  const named = (metadata: object): KubeObject =>
    ({ apiVersion: "v1", kind: "ConfigMap", metadata }) as unknown as KubeObject;

  test("names each owner once", () => {
    const owner = { apiVersion: "v1", kind: "Pod", name: "x", uid: "1" };
    const answer = api().create(named({ name: "a", ownerReferences: [owner, owner] }));
    expect(answer).toMatchObject({ value: { metadata: { ownerReferences: [owner] } } });
    expect(answer.warnings).toEqual([
      ".metadata.ownerReferences contains duplicate entries; API server dedups owner references in " +
        "1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate " +
        "UID(s) observed: 1",
    ]);
  });

  test("is read in its order: what is wrong first is told first", () => {
    const said = (object: object): string => {
      const answer = api().create(object as KubeObject, { fieldValidation: "Strict" });
      return answer.ok ? "" : answer.status.message;
    };
    const metadata = { name: "a", zzz: 1 };
    const kind = { apiVersion: "v1", kind: "ConfigMap" };
    const handled =
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error:';
    expect(said({ ...kind, metadata, bogus: 1 })).toBe(
      `${handled} unknown field "metadata.zzz", unknown field "bogus"`,
    );
    expect(said({ ...kind, bogus: 1, metadata })).toBe(
      `${handled} unknown field "bogus", unknown field "metadata.zzz"`,
    );
  });

  test("may ask for a made up name that is taken, which is worth another try", () => {
    const client = api();
    const asked = named({ name: "a", generateName: "a-" });
    client.create(asked);
    expect(client.create(asked)).toMatchObject({
      status: {
        code: 409,
        message:
          'configmaps "a" already exists, the server was not able to generate a unique name for the object',
        details: { retryAfterSeconds: 1 },
      },
    });
  });

  test("of what a load balancer does is for Services that have one", () => {
    const client = api();
    const service = (type: string): KubeObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: type.toLowerCase() },
      spec: { type, ports: [{ port: 80 }] },
    });
    const said = (name: string, ingress: readonly object[]): readonly string[] => {
      const change = { status: { loadBalancer: { ingress } } };
      const ref = { resource: "services", name };
      const answer = client.patch(ref, "merge", change, { subresource: "status" });
      const causes = answer.ok ? [] : (answer.status.details?.causes ?? []);
      return causes.map(({ field, message }) => `${field}: ${message}`);
    };
    for (const type of ["ClusterIP", "LoadBalancer"]) client.create(service(type));
    const field = "status.loadBalancer.ingress";
    expect(said("clusterip", [{ ip: "1.2.3.4" }])).toEqual([
      `${field}: Forbidden: may only be used when \`spec.type\` is 'LoadBalancer'`,
    ]);
    expect(said("loadbalancer", [{ ip: "1.2.3.4" }])).toEqual([]);
    expect(said("loadbalancer", [{ ipMode: "VIP" }, { ip: "1.2.3.4", ipMode: "x" }])).toEqual([
      `${field}[0].ipMode: Forbidden: may not be specified when \`ip\` is not set`,
      `${field}[1].ipMode: Unsupported value: "x": supported values: "Proxy", "VIP"`,
    ]);
    expect(said("loadbalancer", [{ ip: "x" }, { hostname: "1.2.3.4" }])).toEqual([
      `${field}[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
      `${field}[1].hostname: Invalid value: "1.2.3.4": must be a DNS name, not an IP address`,
    ]);
  });
});
