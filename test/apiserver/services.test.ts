import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster } from "../../src/cluster.ts";

const ref = { resource: "services", name: "web" };

const service = (spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec,
});

interface Spec {
  readonly clusterIP?: string;
  readonly ports: readonly { readonly name: string; readonly nodePort?: number }[];
}

/** The spec after a PUT of each, the first one created. */
function specAfter(...specs: readonly object[]): Spec {
  const cluster = new Cluster();
  for (const [i, spec] of specs.entries()) {
    const answer = cluster.act("write", (api) => {
      if (i === 0) return api.create(service(spec));
      const { resourceVersion } = valueOf(api.get(ref)).metadata;
      const next = service(spec);
      return api.update({
        ...next,
        metadata: { ...next.metadata, resourceVersion: resourceVersion! },
      });
    });
    if (!answer.ok) throw new Error(answer.status.message);
  }
  return valueOf(cluster.api.get(ref))["spec"] as Spec;
}

function valueOf(answer: ReturnType<Cluster["api"]["get"]>): KubeObject {
  if (!answer.ok) throw new Error(answer.status.message);
  return answer.value;
}

describe("a Service that is written again", () => {
  const named = (...names: readonly string[]): object => ({
    type: "NodePort",
    ports: names.map((name) => ({ name, port: name === "web" ? 80 : 443 })),
  });

  test("keeps the address and, by name, each node port", () => {
    const once = specAfter(named("web", "tls"));
    const again = specAfter(named("web", "tls"), named("tls", "web"));
    expect(once.ports.every(({ nodePort = 0 }) => nodePort >= 30_000)).toBe(true);
    expect(again.clusterIP).toBe(once.clusterIP);
    const byName = ({ ports }: Spec): object =>
      Object.fromEntries(ports.map(({ name, nodePort }) => [name, nodePort]));
    expect(byName(again)).toEqual(byName(once));
  });

  test("gives a port that it names anew one of its own", () => {
    const [web, tls] = specAfter(named("web", "tls"), named("web", "https")).ports;
    const [before, other] = specAfter(named("web", "tls")).ports;
    expect(web!.nodePort).toBe(before!.nodePort);
    expect(tls!.nodePort).not.toBe(other!.nodePort);
  });

  test("has no node port that was given to another of its ports", () => {
    const [, old] = specAfter(named("web", "tls")).ports;
    const swapped = {
      type: "NodePort",
      ports: [
        { name: "web", port: 80, nodePort: old!.nodePort },
        { name: "tls", port: 443 },
      ],
    };
    const [web, tls] = specAfter(named("web", "tls"), swapped).ports;
    expect(web!.nodePort).toBe(old!.nodePort);
    expect(tls!.nodePort).not.toBe(old!.nodePort);
  });

  test("loses its address, families and node ports where it becomes the name of another host", () => {
    const outside = { type: "ExternalName", externalName: "shop.example.com" };
    expect(specAfter({ ports: [{ port: 80 }] }, outside)).toEqual({
      ...outside,
      sessionAffinity: "None",
    });
  });

  test("loses its node ports, and keeps its address, where it is no NodePort any more", () => {
    const once = specAfter(named("web"));
    const inside = specAfter(named("web"), { ...named("web"), type: "ClusterIP" });
    expect(inside).toMatchObject({ clusterIP: once.clusterIP, ports: [{ name: "web" }] });
    expect(inside.ports[0]).not.toHaveProperty("nodePort");
  });
});
