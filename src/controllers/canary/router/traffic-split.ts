/**
 * Service Mesh Interface, which Linkerd and Open Service Mesh read: a TrafficSplit with the weights. Mirrors
 * fluxcd/flagger pkg/router/smi.go, smi_v1alpha2.go and smi_v1alpha3.go.
 */
import { serviceNames, serviceOf } from "../../../api/canary.ts";
import { asArray, asRecord, type Json } from "../../../apiserver/json.ts";
import type { Sync } from "../sync.ts";
import { ALL_TO_PRIMARY, weightedRouter, type Router, type Weights } from "./router.ts";

/** v1alpha1 writes weights as quantities, which are texts. */
export function trafficSplitRouter(version: "v1alpha1" | "v1alpha2" | "v1alpha3"): Router {
  const weight = (value: number): unknown => (version === "v1alpha1" ? String(value) : value);
  const backends = (sync: Sync, weights: Weights): Json => {
    const { primary, canary } = serviceNames(sync.canary);
    return {
      backends: [
        { service: canary, weight: weight(weights.canary) },
        { service: primary, weight: weight(weights.primary) },
      ],
    };
  };
  return weightedRouter({
    kind: "TrafficSplit",
    apiVersion: `split.smi-spec.io/${version}`,
    resource: "trafficsplits",
    name: ({ canary }) => serviceNames(canary).apex,
    initial: (sync) => {
      const [host] = serviceOf(sync.canary).hosts ?? [];
      const service = host ?? serviceNames(sync.canary).apex;
      return { service, ...backends(sync, ALL_TO_PRIMARY) };
    },
    weighted: (sync, weights, spec) => ({ ...spec, ...backends(sync, weights) }),
    settings: (_, spec) => ({
      ...spec,
      backends: asArray(spec["backends"]).map((each) => asRecord(each)["service"]),
    }),
    weights: (sync, spec) => {
      const { primary, canary } = serviceNames(sync.canary);
      const of = (service: string): number =>
        Number(
          asArray(spec["backends"])
            .map(asRecord)
            .find((each) => each["service"] === service)?.["weight"] ?? 0,
        );
      const weights = { primary: of(primary), canary: of(canary), mirrored: false };
      return weights.primary + weights.canary === 0 ? undefined : weights;
    },
  });
}
