/** Description of a NetworkPolicy. Mirrors kubectl/pkg/describe NetworkPolicyDescriber (v0.37.2). */
import { formatLabelSelector } from "../../apiserver/selectors.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { at, isMap, list, map, text } from "../fields.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeNetworkPolicy(_call: Call, policy: KubeObject): string[] {
  const { metadata } = policy;
  const types = list(policy, "spec", "policyTypes").map(String);
  return [
    line(0, "Name:", metadata.name),
    line(0, "Namespace:", metadata.namespace ?? ""),
    line(0, "Created on:", wallTime(metadata.creationTimestamp)),
    ...labelLines("Labels", map(metadata.labels)),
    ...annotationLines("Annotations", map(metadata.annotations)),
    "Spec:",
    `  PodSelector:     ${podsOf(at(policy, "spec", "podSelector"))}`,
    ...trafficLines(types, INGRESS, list(policy, "spec", "ingress")),
    ...trafficLines(types, EGRESS, list(policy, "spec", "egress")),
    `  Policy Types: ${types.join(", ") || "<none>"}`,
  ];
}

interface Direction {
  readonly type: string;
  /** The field of a rule that holds its peers, and what kubectl calls it. */
  readonly peers: string;
  readonly title: string;
  readonly other: string;
}

const INGRESS: Direction = { type: "Ingress", peers: "from", title: "From", other: "source" };
const EGRESS: Direction = { type: "Egress", peers: "to", title: "To", other: "destination" };

function podsOf(selector: unknown): string {
  const shown = formatLabelSelector(selector);
  return shown === "<none>" || shown === ""
    ? "<none> (Allowing the specific traffic to all pods in this namespace)"
    : shown;
}

/** As Go prints a time: `2026-11-30 09:18:41 +0000 UTC`. */
function wallTime(timestamp: string | undefined): string {
  return (timestamp ?? "").replace("T", " ").replace("Z", " +0000 UTC");
}

function trafficLines(
  types: readonly string[],
  direction: Direction,
  rules: readonly unknown[],
): string[] {
  const name = direction.type.toLowerCase();
  if (!types.includes(direction.type)) return [`  Not affecting ${name} traffic`];
  const head = `  Allowing ${name} traffic:`;
  if (rules.length === 0) {
    return [head, `    <none> (Selected pods are isolated for ${name} connectivity)`];
  }
  return [
    head,
    ...rules.flatMap((rule, i) => [
      ...portLines(list(rule, "ports")),
      ...peerLines(direction, list(rule, direction.peers)),
      ...(i < rules.length - 1 ? ["    ----------"] : []),
    ]),
  ];
}

function portLines(ports: readonly unknown[]): string[] {
  if (ports.length === 0) return ["    To Port: <any> (traffic allowed to all ports)"];
  return ports.map((port) => {
    const last = text(port, "endPort");
    const first = text(port, "port") || "<nil>";
    const protocol = text(port, "protocol") || "TCP";
    return last === ""
      ? `    To Port: ${first}/${protocol}`
      : `    To Port Range: ${first}-${last}/${protocol}`;
  });
}

function peerLines({ title, other }: Direction, peers: readonly unknown[]): string[] {
  if (peers.length === 0) return [`    ${title}: <any> (traffic not restricted by ${other})`];
  return peers.flatMap((peer) => [`    ${title}:`, ...onePeer(peer)]);
}

function onePeer(peer: unknown): string[] {
  const selectors = (["namespaceSelector", "podSelector"] as const).filter((key) =>
    isMap(at(peer, key)),
  );
  if (selectors.length > 0) {
    return selectors.map((key) => {
      const title = key === "podSelector" ? "PodSelector" : "NamespaceSelector";
      return `      ${title}: ${formatLabelSelector(at(peer, key)) || "<none>"}`;
    });
  }
  const block = at(peer, "ipBlock");
  if (!isMap(block)) return [];
  return [
    "      IPBlock:",
    `        CIDR: ${text(block, "cidr")}`,
    `        Except: ${list(block, "except").map(String).join(", ")}`,
  ];
}
