/** Which ports a pod offers to a Service. Mirrors k8s.io/endpointslice utils.go FindPort (v0.37.2). */
import type { Container, PodSpec } from "../../api/core.ts";
import type { KubeObject } from "../../api/meta.ts";
import { compareText } from "../../api/order.ts";

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** A Service port as the API server stores it, with its defaults. */
interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

interface ContainerPort {
  readonly name?: string;
  readonly containerPort: number;
  readonly protocol?: string;
}

/** Ports that the pod has for the Service, in the Service's order; those it does not name are left out. */
export function endpointPorts(service: KubeObject, pod: PodSpec): readonly EndpointPort[] {
  const { ports = [] } = service["spec"] as { readonly ports?: readonly ServicePort[] };
  return ports.flatMap((port) => {
    const { name = "", protocol = "TCP", appProtocol } = port;
    const number = targetOf(port, protocol, pod);
    if (number === undefined) return [];
    return [
      { name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) },
    ];
  });
}

function targetOf(port: ServicePort, protocol: string, pod: PodSpec): number | undefined {
  const { targetPort = port.port } = port;
  if (typeof targetPort === "number") return targetPort;
  const sidecars = (pod.initContainers ?? []).filter(
    (container) => container["restartPolicy"] === "Always",
  );
  for (const container of [...pod.containers, ...sidecars]) {
    const found = portsOf(container).find(
      (candidate) => candidate.name === targetPort && (candidate.protocol ?? "TCP") === protocol,
    );
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

function portsOf(container: Container): readonly ContainerPort[] {
  return (container["ports"] as readonly ContainerPort[] | undefined) ?? [];
}

/** Groups pods by what they offer: one slice holds endpoints of equal ports only. */
export function portsKey(ports: readonly EndpointPort[]): string {
  return JSON.stringify(
    ports
      .map(({ name, port, protocol, appProtocol }) => [name, port, protocol, appProtocol ?? ""])
      .toSorted((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
  );
}
