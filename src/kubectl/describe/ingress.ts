/** Description of an Ingress. Mirrors kubectl/pkg/describe IngressDescriber (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { at, isMap, list, map, num, text } from "../fields.ts";
import { readyEndpoints } from "./others.ts";
import { annotationLines, labelLines, line } from "./text.ts";

export function describeIngress(call: Call, ingress: KubeObject): string[] {
  const spec = map(ingress, "spec");
  const namespace = ingress.metadata.namespace ?? call.namespace;
  const shown = (backend: unknown): string => backendText(call, namespace, backend);
  const fallback = isMap(spec["defaultBackend"]) ? shown(spec["defaultBackend"]) : "<default>";
  const rules = list(spec, "rules").filter((rule) => isMap(at(rule, "http")));
  return [
    line(0, "Name:", ingress.metadata.name),
    ...labelLines("Labels", map(ingress.metadata.labels)),
    line(0, "Namespace:", namespace),
    line(0, "Address:", addressText(ingress)),
    line(0, "Ingress Class:", text(spec, "ingressClassName") || "<none>"),
    line(0, "Default backend:", fallback),
    ...tlsLines(list(spec, "tls")),
    "Rules:",
    line(1, "Host", "Path", "Backends"),
    line(1, "----", "----", "--------"),
    ...rules.flatMap((rule) => [
      line(1, text(rule, "host") || "*", ""),
      ...list(rule, "http", "paths").map((path) =>
        line(2, "", `${text(path, "path")} `, shown(at(path, "backend"))),
      ),
    ]),
    ...(rules.length === 0 ? [line(1, "*", "*", fallback)] : []),
    ...annotationLines("Annotations", map(ingress.metadata.annotations)),
  ];
}

function addressText(ingress: KubeObject): string {
  return list(ingress, "status", "loadBalancer", "ingress")
    .map((entry) => text(entry, "ip") || text(entry, "hostname"))
    .join(",");
}

function tlsLines(tls: readonly unknown[]): string[] {
  if (tls.length === 0) return [];
  const lines = tls.map((entry) => {
    const hosts = list(entry, "hosts").map(String).join(",");
    const secret = text(entry, "secretName");
    return line(1, secret === "" ? `SNI routes ${hosts}` : `${secret} terminates ${hosts}`);
  });
  return ["TLS:", ...lines];
}

/** `web:80 (10.0.0.1:8080,10.0.0.2:8080)` */
function backendText(call: Call, namespace: string, backend: unknown): string {
  const resource = at(backend, "resource");
  if (isMap(resource)) {
    const group = text(resource, "apiGroup") || "<none>";
    return `APIGroup: ${group}, Kind: ${text(resource, "kind")}, Name: ${text(resource, "name")}`;
  }
  const name = text(backend, "service", "name");
  const number = num(backend, "service", "port", "number");
  const portName = text(backend, "service", "port", "name");
  const told = `${name}:${number === 0 ? portName : number}`;
  const service = call.io.client.get({ resource: "services", namespace, name });
  if (!service.ok) return `${told} (<error: ${service.status.message}>)`;
  const port = list(service.value, "spec", "ports").findLast((candidate) =>
    number === 0 ? text(candidate, "name") === portName : num(candidate, "port") === number,
  );
  const slices = call.io.client.list("endpointslices", {
    namespace,
    labelSelector: `kubernetes.io/service-name=${name}`,
  });
  return `${told} (${readyEndpoints(slices, text(port, "name"))})`;
}
