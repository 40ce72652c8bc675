/** Columns of custom resources that steer traffic, as their CRDs' additionalPrinterColumns say. */
import type { KubeObject } from "../../api/meta.ts";
import { at, list, text } from "../fields.ts";
import type { Column } from "./table.ts";
import { ageColumn, nameColumn, word } from "./workloads.ts";

/** A cell of a custom column: lists print as JSON, what is absent as nothing (apiextensions tableconvertor). */
function json(name: string, ...path: readonly string[]): Column {
  return {
    name,
    cell: (object) => {
      const value = at(object, ...path);
      return Array.isArray(value) ? JSON.stringify(value) : text(value);
    },
  };
}

function condition(name: string, type: string): Column {
  return {
    name,
    cell: (object: KubeObject) =>
      text(
        list(object, "status", "conditions").find((each) => text(each, "type") === type),
        "status",
      ),
  };
}

/** fluxcd/flagger artifacts/flagger/crd.yaml */
export const canaryColumns: readonly Column[] = [
  nameColumn,
  word("Status", "", "status", "phase"),
  word("Weight", "", "status", "canaryWeight"),
  { ...word("Suspended", "", "spec", "suspend"), wide: true },
  { ...word("FailedChecks", "", "status", "failedChecks"), wide: true },
  { ...word("Interval", "", "spec", "analysis", "interval"), wide: true },
  { ...word("Mirror", "", "spec", "analysis", "mirror"), wide: true },
  { ...word("StepWeight", "", "spec", "analysis", "stepWeight"), wide: true },
  { ...json("StepWeights", "spec", "analysis", "stepWeights"), wide: true },
  { ...word("MaxWeight", "", "spec", "analysis", "maxWeight"), wide: true },
  word("LastTransitionTime", "", "status", "lastTransitionTime"),
];

export const metricTemplateColumns: readonly Column[] = [
  nameColumn,
  word("Provider", "", "spec", "provider", "type"),
];

export const alertProviderColumns: readonly Column[] = [
  nameColumn,
  word("Type", "", "spec", "type"),
];

/** kubernetes-sigs/gateway-api config/crd/standard */
export const gatewayClassColumns: readonly Column[] = [
  nameColumn,
  word("Controller", "", "spec", "controllerName"),
  condition("Accepted", "Accepted"),
  ageColumn,
  { ...word("Description", "", "spec", "description"), wide: true },
];

export const gatewayColumns: readonly Column[] = [
  nameColumn,
  word("Class", "", "spec", "gatewayClassName"),
  { name: "Address", cell: (object) => text(object, "status", "addresses", 0, "value") },
  condition("Programmed", "Programmed"),
  ageColumn,
];

export const httpRouteColumns: readonly Column[] = [
  nameColumn,
  json("Hostnames", "spec", "hostnames"),
  ageColumn,
];

/** Istio's CRDs */
export const virtualServiceColumns: readonly Column[] = [
  nameColumn,
  json("Gateways", "spec", "gateways"),
  json("Hosts", "spec", "hosts"),
  ageColumn,
];

export const destinationRuleColumns: readonly Column[] = [
  nameColumn,
  word("Host", "", "spec", "host"),
  ageColumn,
];

/** argo-rollouts manifests/crds */
export const rolloutColumns: readonly Column[] = [
  nameColumn,
  word("Desired", "", "spec", "replicas"),
  word("Current", "", "status", "replicas"),
  word("Up-to-date", "", "status", "updatedReplicas"),
  word("Available", "", "status", "availableReplicas"),
  ageColumn,
];

/** Of AnalysisRuns and Experiments. */
export const analysisRunColumns: readonly Column[] = [
  nameColumn,
  word("Status", "", "status", "phase"),
  ageColumn,
];
