/** Which provider steers by which objects. Mirrors fluxcd/flagger pkg/router/factory.go MeshRouter. */
import { gatewayRouter } from "./gateway-api.ts";
import { istioRouter } from "./istio.ts";
import { kubernetesRouter } from "./kubernetes.ts";
import { nginxRouter } from "./nginx.ts";
import type { Router } from "./router.ts";
import { trafficSplitRouter } from "./traffic-split.ts";

const ROUTERS: readonly (readonly [beginning: string, router: Router])[] = [
  ["gatewayapi:v1beta1", gatewayRouter("v1beta1")],
  ["gatewayapi:v1", gatewayRouter("v1")],
  ["istio", istioRouter],
  ["kubernetes", kubernetesRouter],
  ["linkerd", trafficSplitRouter("v1alpha1")],
  ["nginx", nginxRouter],
  ["osm", trafficSplitRouter("v1alpha2")],
  ["smi:v1alpha1", trafficSplitRouter("v1alpha1")],
  ["smi:v1alpha2", trafficSplitRouter("v1alpha2")],
  ["smi:v1alpha3", trafficSplitRouter("v1alpha3")],
];

/** Providers that rollsim has routers for. */
export const PROVIDERS: readonly string[] = ROUTERS.map(([name]) => name);

/** Undefined: Flagger knows the provider, and rollsim does not. */
export function routerOf(provider: string): Router | undefined {
  return ROUTERS.find(([beginning]) => provider.startsWith(beginning))?.[1];
}
