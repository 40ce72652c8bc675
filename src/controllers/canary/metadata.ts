/** Labels and annotations of what Flagger makes. Mirrors fluxcd/flagger pkg/canary/util.go. */
import type { StringMap } from "../../api/meta.ts";
import { fnv32a, safeEncode } from "../../apiserver/template-hash.ts";

/** Labels by which pods may be selected (Flagger's flag -selector-labels). */
export const SELECTOR_LABELS: readonly string[] = ["app", "name", "app.kubernetes.io/name"];

const FLUX = "toolkit.fluxcd.io";
const ID = "flagger-id";

export function withoutFlux(map: StringMap = {}): StringMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !key.includes(FLUX)));
}

/** So that Flux leaves alone what Flagger manages (pkg/router/util.go filterMetadata). */
export function notForFlux(map: StringMap = {}): StringMap {
  return {
    ...map,
    "kustomize.toolkit.fluxcd.io/reconcile": "disabled",
    "helm.toolkit.fluxcd.io/driftDetection": "disabled",
  };
}

export function primaryLabels(labels: StringMap = {}, label: string, value: string): StringMap {
  return { ...withoutFlux(labels), [label]: value };
}

/** A new id makes the primary roll even if nothing else changed (makeAnnotations). */
export function withId(annotations: StringMap = {}, seed: string): StringMap {
  const hex = [0, 1, 2, 3].map((part) => hash(`${part} ${seed}`).toString(16).padStart(8, "0"));
  const digits = hex.join("");
  const id = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`]
    .concat([`8${digits.slice(17, 20)}`, digits.slice(20)])
    .join("-");
  return { ...withoutFlux(annotations), [ID]: id };
}

/** Ten characters for a cookie, where Flagger draws letters. */
export function cookieValue(seed: string): string {
  return safeEncode(String(hash(seed)).padStart(10, "0"));
}

function hash(text: string): number {
  return fnv32a(0x811c9dc5, new TextEncoder().encode(text));
}
