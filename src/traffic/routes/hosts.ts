/** Hosts as routers write them. */

/** `*.example.com` holds for one label or more before the rest; `*` for every host. */
export function hostHolds(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === "") return true;
  if (pattern.startsWith("*.")) return host.endsWith(pattern.slice(1)) && host !== pattern.slice(1);
  return pattern.toLowerCase() === host.toLowerCase();
}

/** The Service that a host inside the cluster is: `web`, `web.shop`, `web.shop.svc.cluster.local`. */
export function serviceOfHost(
  host: string,
  namespace: string,
): { readonly name: string; readonly namespace: string } | undefined {
  const [name = "", where = namespace, svc = "svc", ...domain] = host.split(".");
  const known = svc === "svc" && ["", "cluster.local"].includes(domain.join("."));
  return known && name !== "" ? { name, namespace: where } : undefined;
}

/** The name by which a Service of a traffic's namespace goes; others are not there. */
export function backendName(host: string, namespace: string): string {
  const service = serviceOfHost(host, namespace);
  return service?.namespace === namespace ? service.name : host;
}
