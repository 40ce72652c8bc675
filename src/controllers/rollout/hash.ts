/**
 * Hashes of a Rollout's pod template and of its steps: FNV-32a over the JSON that Go writes.
 * Mirrors argo-rollouts utils/hash/hash.go and ComputeStepHash of utils/conditions/conditions.go.
 * The template is meant as the user wrote it: custom resources get no defaults.
 *
 * Left out: fields of steps outside api/rollout.ts count in the order in which they stand.
 */
import type { PodTemplateSpec } from "../../api/core.ts";
import type { CanaryStep } from "../../api/rollout.ts";
import { encodeValue } from "../../apiserver/encode.ts";
import { fnv32a, safeEncode } from "../../apiserver/template-hash.ts";
import { structType } from "../../apiserver/schema.ts";

const FNV_OFFSET = 0x811c9dc5;

export function podTemplateHash(
  template: PodTemplateSpec | undefined,
  collisionCount?: number,
): string {
  const json = goJson(encodeValue(structType("v1.PodTemplateSpec"), template ?? {}));
  let hash = fnv32a(FNV_OFFSET, new TextEncoder().encode(json));
  if (collisionCount !== undefined) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, collisionCount, true);
    hash = fnv32a(hash, bytes);
  }
  return safeEncode(String(hash));
}

export function stepHash(steps: readonly CanaryStep[] | undefined): string {
  const json = goJson(steps === undefined ? null : steps.map(inGoOrder));
  return safeEncode(String(fnv32a(FNV_OFFSET, new TextEncoder().encode(json))));
}

/** Fields of Go's structs in their order. */
const ORDER: readonly string[] = [
  "setWeight pause experiment analysis setCanaryScale plugin setHeaderRoute setMirrorRoute",
  "duration templates templateName clusterScope name args specRef replicas minReadySeconds",
  "metadata selector weight value valueFrom matchTrafficWeight match headerName headerValue",
  "method path headers exact prefix regex percentage metricName limit",
].flatMap((line) => line.split(" "));

function inGoOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inGoOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = entries.toSorted(([a], [b]) => placeOf(a) - placeOf(b));
  return Object.fromEntries(sorted.map(([key, field]) => [key, inGoOrder(field)]));
}

function placeOf(key: string): number {
  const place = ORDER.indexOf(key);
  return place < 0 ? ORDER.length : place;
}

/** encoding/json escapes what would matter in HTML. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
