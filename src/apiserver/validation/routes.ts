/**
 * Rules for routes of requests: types and required fields of what their readers, Flagger and Argo Rollouts look at
 * here. HTTPRoutes: gateway-api config/crd/standard (v1.4); VirtualServices and DestinationRules: istio
 * manifests/charts/base/files/crd-all.gen.yaml; TrafficSplits: SMI's split v1alpha1 to v1alpha3; MetricTemplates:
 * flagger artifacts/flagger/crd.yaml. Other fields are kept as they are.
 */
import type { KubeObject } from "../../api/meta.ts";
import type { Causes } from "./errors.ts";
import { validateShape, type Fields, type Shape } from "./structure.ts";

const REFERENCE: Fields = {
  "name!": "string",
  group: "string",
  kind: "string",
  namespace: "string",
  port: "integer",
};
const VALUE_MATCH: Shape = { fields: { "name!": "string", "value!": "string", type: "string" } };
const HTTP_ROUTE: Fields = {
  hostnames: { list: "string" },
  parentRefs: { list: { fields: { ...REFERENCE, sectionName: "string" } } },
  rules: {
    list: {
      fields: {
        name: "string",
        matches: {
          list: {
            fields: {
              path: { fields: { type: "string", value: "string" } },
              method: "string",
              headers: { list: VALUE_MATCH },
              queryParams: { list: VALUE_MATCH },
            },
          },
        },
        filters: {
          list: {
            fields: {
              "type!": "string",
              requestMirror: {
                fields: {
                  "backendRef!": { fields: REFERENCE },
                  percent: "integer",
                  fraction: { fields: { "numerator!": "integer", denominator: "integer" } },
                },
              },
            },
          },
        },
        backendRefs: { list: { fields: { ...REFERENCE, weight: "integer" } } },
        timeouts: { fields: { request: "string", backendRequest: "string" } },
      },
    },
  },
};

const STRING_MATCH: Shape = { fields: { exact: "string", prefix: "string", regex: "string" } };
const DESTINATION: Shape = {
  fields: { "host!": "string", subset: "string", port: { fields: { number: "integer" } } },
};
const ROUTE: Shape = { list: { fields: { "destination!": DESTINATION, weight: "integer" } } };
const PERCENT: Shape = { fields: { value: "number" } };
const VIRTUAL_SERVICE: Fields = {
  hosts: { list: "string" },
  gateways: { list: "string" },
  http: {
    list: {
      fields: {
        name: "string",
        match: {
          list: {
            fields: {
              uri: STRING_MATCH,
              method: STRING_MATCH,
              headers: { map: STRING_MATCH },
              queryParams: { map: STRING_MATCH },
            },
          },
        },
        route: ROUTE,
        mirror: DESTINATION,
        mirrorPercentage: PERCENT,
        mirrors: { list: { fields: { "destination!": DESTINATION, percentage: PERCENT } } },
        timeout: "string",
      },
    },
  },
  tcp: { list: { fields: { match: { list: { fields: {} } }, route: ROUTE } } },
  tls: { list: { fields: { match: { list: { fields: {} } }, route: ROUTE } } },
};
const DESTINATION_RULE: Fields = {
  "host!": "string",
  subsets: { list: { fields: { "name!": "string", labels: { map: "string" } } } },
};
const TRAFFIC_SPLIT: Fields = {
  service: "string",
  // Weights of v1alpha1 are quantities.
  backends: { list: { fields: { service: "string", weight: "intOrString" } } },
};
const METRIC_TEMPLATE: Fields = {
  provider: {
    fields: { type: "string", address: "string", secretRef: { fields: { "name!": "string" } } },
  },
  query: "string",
};

export const validateHttpRoute = ofSpec(HTTP_ROUTE, "spec!");
export const validateVirtualService = ofSpec(VIRTUAL_SERVICE);
export const validateDestinationRule = ofSpec(DESTINATION_RULE);
export const validateTrafficSplit = ofSpec(TRAFFIC_SPLIT);
export const validateMetricTemplate = ofSpec(METRIC_TEMPLATE);

function ofSpec(fields: Fields, spec: "spec" | "spec!" = "spec"): (object: KubeObject) => Causes {
  return (object) => validateShape(object, { fields: { [spec]: { fields } } }, "");
}
