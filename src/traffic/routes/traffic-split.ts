/** TrafficSplits of the Service Mesh Interface, which Linkerd reads (split.smi-spec.io v1alpha1 to v1alpha3). */
import { asArray, asRecord, asString } from "../../apiserver/json.ts";
import type { RouteReader } from "../route-reader.ts";
import { serviceOfHost } from "./hosts.ts";

export const trafficSplits: RouteReader = {
  resources: ["trafficsplits"],
  routes(api, { namespace, service }) {
    if (service === undefined) return undefined;
    const found = api.list("trafficsplits", { namespace }).find((each) => {
      const root = asString(asRecord(each["spec"])["service"]);
      return serviceOfHost(root, namespace)?.name === service;
    });
    if (found === undefined) return undefined;
    const backends = asArray(asRecord(found["spec"])["backends"]).map(asRecord);
    return [
      {
        // Weights of v1alpha1 are quantities: texts.
        backends: backends.map((each) => ({
          service: asString(each["service"]),
          weight: Number(each["weight"] ?? 0),
        })),
      },
    ];
  },
};
