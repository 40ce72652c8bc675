/**
 * Manifests as people have them. Fields that Kubernetes does not know, and values of a wrong type, are
 * errors with a place, where kubectl would only warn or answer with one long line.
 */
import type { KubeObject } from "../api/meta.ts";
import { groupVersionOf, isCustomGroup, KINDS } from "../apiserver/kinds.ts";
import {
  fieldOf,
  fieldsByJsonName,
  pointedTo,
  schemaOf,
  type TypeInfo,
} from "../apiserver/schema.ts";
import { parseQuantity } from "../apiserver/quantity.ts";
import { imageProblems } from "./check-images.ts";
import { probePortProblems } from "./check-ports.ts";
import { placeMeant, type Enclosing } from "./misplaced.ts";
import { nearest } from "./nearest.ts";
import { notSimulatedIn } from "./not-simulated.ts";
import { placeOf, problemAt, type Problem, type Source, type Span } from "./problem.ts";
import type { Manifest } from "./scenario.ts";
import { howToWrite } from "./shape.ts";
import { isKustomization } from "./unrendered.ts";
import type { Located } from "./yaml.ts";

export interface ManifestsRead {
  readonly manifests: readonly Manifest[];
  readonly problems: readonly Problem[];
}

/** Reads one document: an object, or a List of them, such as a DeploymentList. */
export function readManifest(node: Located, source: Source): ManifestsRead {
  const manifests: Manifest[] = [];
  const problems: Problem[] = [];
  const report: Report = (span, code, message, hint) => {
    const more = hint === undefined ? {} : { hint };
    problems.push(problemAt(source, span, { code, message, ...more }));
  };
  const visit = (object: Located): void => {
    const items = object.entries?.get("items")?.node;
    const isList = textAt(object, "kind")?.endsWith("List") === true;
    if (isList && items?.items !== undefined) items.items.forEach(visit);
    else if (isKustomization(textAt(object, "apiVersion"), source.file)) {
      const hint =
        "apply its folder in a step, kubectl: apply -k FOLDER, or render it: kubectl kustomize FOLDER";
      report(
        firstKey(object),
        "kustomization",
        "a Kustomization names manifests, it is none",
        hint,
      );
    } else if (textAt(object, "apiVersion")?.startsWith("rollsim.dev/") === true) {
      const hint = "apply the files with manifests alone";
      report(firstKey(object), "scenario", "a Scenario is no manifest", hint);
    } else if (isObject(object, report)) {
      checkFields(object, report);
      const known = isServed(textAt(object, "apiVersion") ?? "", textAt(object, "kind") ?? "");
      if (!isNamed(object, report) || !known) return;
      for (const find of [notSimulatedIn, imageProblems, probePortProblems]) {
        problems.push(...find(object, source));
      }
      const place = placeOf(source, object.span.start);
      manifests.push({ object: object.value as KubeObject, source, node: object, place });
    }
  };
  visit(node);
  return { manifests, problems };
}

type Report = (span: Span, code: string, message: string, hint?: string) => void;

function isObject(node: Located, report: Report): boolean {
  if (node.entries === undefined) {
    report(node.span, "wrong-type", "a manifest must be a map with apiVersion, kind and metadata");
    return false;
  }
  const missing = ["apiVersion", "kind"].filter((name) => textAt(node, name) === undefined);
  if (missing.length > 0) {
    const message = `the manifest has no ${missing.join(" and no ")}`;
    const hint = node.entries.has("steps") ? 'a Scenario needs "kind: Scenario"' : undefined;
    report(firstKey(node), "missing-key", message, hint);
    return false;
  }
  return true;
}

function isNamed(node: Located, report: Report): boolean {
  const metadata = node.entries?.get("metadata");
  if (metadata === undefined || textAt(metadata.node, "name") === undefined) {
    report(metadata?.key ?? firstKey(node), "missing-key", "the manifest has no metadata.name");
    return false;
  }
  return true;
}

function checkFields(node: Located, report: Report): void {
  const apiVersion = textAt(node, "apiVersion") ?? "";
  const kind = textAt(node, "kind") ?? "";
  const span = (name: string): Span => node.entries?.get(name)?.node.span ?? node.span;
  const type = schemaOf(apiVersion, kind);
  if (type !== undefined) checkValue(type, node, "", report);
  else if (!isServed(apiVersion, kind)) unknownKind(apiVersion, kind, span, report);
}

/** Custom resources are: their definitions count as installed. */
function isServed(apiVersion: string, kind: string): boolean {
  const { group, version } = groupVersionOf(apiVersion);
  if (isCustomGroup(group)) return true;
  const served = group === "autoscaling" && version === "v1" ? "v2" : version; // as kubectl sees them
  return KINDS.some(
    (known) => known.kind === kind && known.group === group && known.version === served,
  );
}

function unknownKind(
  apiVersion: string,
  kind: string,
  span: (name: string) => Span,
  report: Report,
): void {
  const message = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
  const served = KINDS.find((known) => known.kind === kind);
  if (served !== undefined) {
    const version = served.group === "" ? served.version : `${served.group}/${served.version}`;
    report(span("apiVersion"), "unknown-kind", message, `${kind} is in "${version}"`);
    return;
  }
  const best = nearest(
    kind,
    KINDS.map((known) => known.kind),
  );
  report(span("kind"), "unknown-kind", message, best && `did you mean "${best}"?`);
}

function checkValue(
  declared: TypeInfo,
  node: Located,
  path: string,
  report: Report,
  around?: Enclosing,
): void {
  if (node.value === null) return; // as if it were not there
  const type = pointedTo(declared);
  switch (type.kind) {
    case "struct":
      if (expect(node.entries !== undefined, "a map", node, path, report)) {
        const here: Enclosing = { type, path, around };
        for (const [name, entry] of node.entries ?? []) {
          const field = fieldOf(type, name);
          const inner = path === "" ? name : `${path}.${name}`;
          if (field !== undefined) checkValue(field.type, entry.node, inner, report, here);
          else report(entry.key, "unknown-field", `unknown field "${inner}"`, meant(name, here));
        }
      }
      return;
    case "slice":
      if (expect(node.items !== undefined, "a list", node, path, report)) {
        node.items?.forEach((item, index) => {
          checkValue(type.element, item, `${path}[${index}]`, report, around);
        });
      }
      return;
    case "map":
      if (expect(node.entries !== undefined, "a map", node, path, report)) {
        for (const [name, entry] of node.entries ?? []) {
          checkValue(type.element, entry.node, `${path}.${name}`, report, around);
        }
      }
      return;
    case "pointer":
      checkValue(type.element, node, path, report, around);
      return;
    default:
      checkScalar(type.kind, node, path, report);
  }
}

/** The field itself in a place nearby is likelier than one that is spelt like it here. */
function meant(name: string, here: Enclosing): string | undefined {
  const best = placeMeant(name, here) ?? nearest(name, fieldsByJsonName(here.type).keys());
  if (best !== undefined) return `did you mean "${best}"?`;
  return here.type.name === "v1.LabelSelector" ? 'labels go under "matchLabels"' : undefined;
}

type Scalar = Exclude<TypeInfo["kind"], "struct" | "slice" | "map" | "pointer">;

function checkScalar(kind: Scalar, node: Located, path: string, report: Report): void {
  const { value } = node;
  const number = typeof value === "number";
  const text = typeof value === "string";
  switch (kind) {
    case "int":
      expect(number && Number.isInteger(value), "a whole number", node, path, report);
      return;
    case "bool":
      expect(typeof value === "boolean", "true or false", node, path, report);
      return;
    case "intOrString":
      expect(
        (number && Number.isInteger(value)) || text,
        "a whole number or text",
        node,
        path,
        report,
      );
      return;
    case "quantity":
      expect(
        number || (text && parseQuantity(value.trim()).ok),
        'a quantity such as 500m or "1Gi"',
        node,
        path,
        report,
      );
      return;
    case "any":
      return;
    default:
      expect(text, "text", node, path, report);
  }
}

function expect(
  fits: boolean,
  wanted: string,
  node: Located,
  path: string,
  report: Report,
): boolean {
  if (fits) return true;
  const scalar = node.entries === undefined && node.items === undefined;
  const composed = node.items === undefined ? "a map" : "a list";
  const got = scalar ? JSON.stringify(node.value) : composed;
  const message = `${path === "" ? "the manifest" : path} must be ${wanted}, got ${got}`;
  report(node.span, "wrong-type", message, howToWrite(wanted, node));
  return false;
}

function textAt(node: Located, name: string): string | undefined {
  const value = node.entries?.get(name)?.node.value;
  return typeof value === "string" ? value : undefined;
}

function firstKey(node: Located): Span {
  const [first] = node.entries?.values() ?? [];
  return first?.key ?? node.span;
}
