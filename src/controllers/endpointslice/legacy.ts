/**
 * The subsets of a legacy Endpoints object. Mirrors kubernetes/pkg/controller/endpoint and
 * pkg/api/v1/endpoints RepackSubsets (v1.37.2). Subsets stand in order of their ports, where Kubernetes
 * orders them by a hash of Go's memory layout.
 */
import { compact } from "../../api/json.ts";
import { compareText } from "../../api/order.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointPort } from "./ports.ts";

/** Addresses in one Endpoints object; further ones are cut off. */
const MAX_ADDRESSES = 1000;

interface Address {
  readonly ip: string;
  readonly hostname?: string;
  readonly nodeName: string;
  readonly targetRef: Endpoint["targetRef"];
}

interface Subset {
  addresses?: Address[];
  notReadyAddresses?: Address[];
  ports?: readonly Partial<EndpointPort>[];
}

export interface Subsets {
  readonly subsets: readonly Subset[];
  readonly truncated: boolean;
}

/** All endpoints that offer the same ports. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export function subsetsOf(groups: readonly PortGroup[]): Subsets {
  const subsets = repack(groups).flatMap(({ ports, endpoints }): Subset[] => {
    // Terminating pods are left out, unless not-ready addresses are published: then they count as ready.
    const listed = endpoints.filter(
      ({ conditions }) => conditions.ready || !conditions.terminating,
    );
    if (listed.length === 0) return [];
    const sorted = listed.toSorted(byAddress);
    return [
      {
        addresses: sorted.filter(({ conditions }) => conditions.ready).map(addressOf),
        notReadyAddresses: sorted.filter(({ conditions }) => !conditions.ready).map(addressOf),
        ports: ports.map((port) =>
          compact({ ...port, name: port.name === "" ? undefined : port.name }),
        ) as readonly Partial<EndpointPort>[],
      },
    ];
  });
  const truncated = truncate(subsets);
  for (const subset of subsets) {
    for (const field of ["addresses", "notReadyAddresses", "ports"] as const) {
      if (subset[field]?.length === 0) delete subset[field];
    }
  }
  return { subsets, truncated };
}

/** Ports that the same pods offer come into one subset, whatever else other pods offer. */
function repack(groups: readonly PortGroup[]): readonly PortGroup[] {
  if (groups.length < 2) return groups;
  const offers = new Map<string, { port: EndpointPort; groups: number[] }>();
  groups.forEach(({ ports }, index) => {
    for (const port of ports) {
      const id = JSON.stringify(port);
      const offer = offers.get(id) ?? { port, groups: [] };
      offers.set(id, offer);
      offer.groups.push(index);
    }
  });
  const subsets = new Map<string, { ports: EndpointPort[]; groups: readonly number[] }>();
  for (const { port, groups: offering } of offers.values()) {
    const id = offering.join();
    const subset = subsets.get(id) ?? { ports: [], groups: offering };
    subsets.set(id, subset);
    subset.ports.push(port);
  }
  return [...subsets.values()].map(({ ports, groups: members }) => ({
    ports,
    endpoints: members.flatMap((index) => groups[index]!.endpoints),
  }));
}

/** Mirrors truncateEndpoints: not-ready addresses go first, subsets shrink in proportion. */
function truncate(subsets: readonly Subset[]): boolean {
  const count = (field: "addresses" | "notReadyAddresses"): number =>
    subsets.reduce((sum, subset) => sum + subset[field]!.length, 0);
  const ready = count("addresses");
  const notReady = count("notReadyAddresses");
  if (ready + notReady <= MAX_ADDRESSES) return false;
  const field = ready > MAX_ADDRESSES ? "addresses" : "notReadyAddresses";
  const total = field === "addresses" ? ready : notReady;
  const room = field === "addresses" ? MAX_ADDRESSES : MAX_ADDRESSES - ready;
  let left = room;
  for (const subset of subsets) {
    const share = Math.ceil((subset[field]!.length / total) * room);
    subset[field] = subset[field]!.slice(0, Math.min(share, left));
    left -= subset[field].length;
    if (field === "addresses") subset.notReadyAddresses = [];
  }
  return true;
}

function addressOf({ addresses, hostname, nodeName, targetRef }: Endpoint): Address {
  const ip = addresses[0]!;
  return { ip, ...(hostname === undefined ? {} : { hostname }), nodeName, targetRef };
}

function byAddress(a: Endpoint, b: Endpoint): number {
  return (
    compareText(a.addresses[0]!, b.addresses[0]!) || compareText(a.targetRef.uid, b.targetRef.uid)
  );
}
