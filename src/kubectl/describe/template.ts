/** Pod templates and what pods share with them. Mirrors kubectl/pkg/describe (v0.37.2). */
import { compareText } from "../../api/order.ts";
import { at, isMap, list, map, num, text } from "../fields.ts";
import { formatLabelSelector } from "../../apiserver/selectors.ts";
import { containerLines, type Nesting } from "./containers.ts";
import { annotationLines, labelLines, line } from "./text.ts";
import { volumeLines } from "./volumes.ts";

/** Lines with tabs: `rollout history --revision` prints them as they are. */
export function templateLines(template: unknown): string[] {
  const spec = map(template, "spec");
  const annotations = map(template, "metadata", "annotations");
  const init = list(spec, "initContainers");
  const serviceAccount = text(spec, "serviceAccountName");
  const priority = text(spec, "priorityClassName");
  return [
    "Pod Template:",
    ...labelLines("  Labels", map(template, "metadata", "labels")),
    ...(Object.keys(annotations).length === 0 ? [] : annotationLines("  Annotations", annotations)),
    ...(serviceAccount === "" ? [] : [line(1, "Service Account:", serviceAccount)]),
    ...(init.length === 0 ? [] : containerLines("Init Containers", init, [], "of a template")),
    ...containerLines("Containers", list(spec, "containers"), [], "of a template"),
    ...volumeLines(list(spec, "volumes"), "of a template"),
    ...spreadLines(list(spec, "topologySpreadConstraints"), "of a template"),
    ...(priority === "" ? [] : [line(1, "Priority Class Name:", priority)]),
    ...labelLines("  Node-Selectors", map(spec, "nodeSelector")),
    ...tolerationLines("  Tolerations", list(spec, "tolerations")),
  ];
}

export function spreadLines(constraints: readonly unknown[], nesting: Nesting): string[] {
  const space = nesting === "of a template" ? "  " : "";
  const sorted = constraints.toSorted((a, b) =>
    compareText(text(a, "topologyKey"), text(b, "topologyKey")),
  );
  return sorted.map((constraint, i) => {
    const head = i === 0 ? `${space}Topology Spread Constraints:` : space;
    const selector = at(constraint, "labelSelector");
    const of = isMap(selector) ? ` for selector ${formatLabelSelector(selector)}` : "";
    const rule = `${text(constraint, "topologyKey")}:${text(constraint, "whenUnsatisfiable")}`;
    return `${head}\t${rule} when max skew ${num(constraint, "maxSkew")} is exceeded${of}`;
  });
}

export function tolerationLines(title: string, tolerations: readonly unknown[]): string[] {
  if (tolerations.length === 0) return [`${title}:\t<none>`];
  const sorted = tolerations.toSorted((a, b) => compareText(text(a, "key"), text(b, "key")));
  return sorted.map((toleration, i) => {
    const [key, value, effect] = ["key", "value", "effect"].map((k) => text(toleration, k));
    let shown = `${key}${value === "" ? "" : `=${value}`}${effect === "" ? "" : `:${effect}`}`;
    if (text(toleration, "operator") === "Exists" && value === "") {
      shown += shown === "" ? "op=Exists" : " op=Exists";
    }
    const seconds = at(toleration, "tolerationSeconds");
    if (typeof seconds === "number") shown += ` for ${seconds}s`;
    return `${i === 0 ? `${title}:` : ""}\t${shown}`;
  });
}
