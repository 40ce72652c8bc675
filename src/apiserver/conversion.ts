/**
 * What a Deployment goes through on its way into the API server and out again: an annotation was once the field
 * spec.rollbackTo, and is still read as a number (pkg/apis/apps/v1/conversion.go, v1.37.2).
 */
import { ROLLBACK_TO } from "../api/apps.ts";
import { parseInt64 } from "../api/int64.ts";
import type { KubeObject } from "../api/meta.ts";
import { goQuote } from "./go-print.ts";
import { asRecord } from "./json.ts";

interface Read {
  readonly value: unknown;
  readonly error?: string;
}

/** On the way in: `+1` becomes `1`; what is no number is an error. */
export function converted<R extends Read>(read: R): R {
  const object = asRecord(read.value);
  const metadata = asRecord(object["metadata"]);
  const annotations = asRecord(metadata["annotations"]);
  const text = annotations[ROLLBACK_TO];
  if (read.error !== undefined || object["kind"] !== "Deployment") return read;
  if (typeof text !== "string" || text === "") return read;
  const revision = parseInt64(text);
  if (revision === undefined) return { ...read, error: unread(text) };
  if (text === String(revision)) return read;
  const canonical = String(BigInt(text.replace(/^\+/, "")));
  const changed = { ...metadata, annotations: { ...annotations, [ROLLBACK_TO]: canonical } };
  return { ...read, value: { ...object, metadata: changed } };
}

/** On the way out: an empty annotation goes, although to write it is a change. */
export function convertedBack(object: KubeObject): KubeObject {
  if (object.kind !== "Deployment" || object.metadata.annotations?.[ROLLBACK_TO] !== "") {
    return object;
  }
  const { [ROLLBACK_TO]: _empty, ...annotations } = object.metadata.annotations;
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function unread(text: string): string {
  const why = /^[+-]?\d+$/.test(text) ? "value out of range" : "invalid syntax";
  const parsing = `strconv.ParseInt: parsing ${goQuote(text)}: ${why}`;
  return `failed to parse annotation[${ROLLBACK_TO}]=${text} as int64: ${parsing}`;
}
