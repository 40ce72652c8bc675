/** Values that scenario files have in many places, and how each is wrong. */
import * as v from "valibot";
import { parseDuration } from "../api/duration.ts";

export const durationPattern = /^(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h))+)$/u;
export const duration = v.pipe(
  v.string(),
  v.regex(durationPattern, "a duration such as 90s, 1m30s or 250ms"),
  v.check((text) => parseDuration(text).ok, "a duration such as 90s, 1m30s or 250ms"),
  v.description("A duration as Go writes it: 90s, 1m30s, 250ms."),
);
export const instant = v.pipe(
  v.string(),
  v.regex(/^20[0-3]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u, "a time such as 2026-11-29T18:00:00Z"),
  // The seconds since 1970 of pods have 31 bits.
  v.check((text) => Date.parse(text) < 2 ** 31 * 1000, "a time before 2038"),
);
/** How far a clock is off. */
export const clockOffset = v.pipe(
  v.string(),
  v.regex(
    /^(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|ms|s|m|h))+ (ahead|behind)$/u,
    "how far it is off: 30s behind, 500ms ahead",
  ),
);
export const dnsLabel = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u, "lower-case letters, digits and -, at most 63"),
);
export const dnsName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/u, "lower-case letters, digits, - and ."),
);
export const positive = v.pipe(
  v.number(),
  v.integer("a whole number"),
  v.minValue(1, "at least 1"),
);
/** More would be seconds of a run that shows nothing else; Kubernetes is built for 5,000. */
export const nodeCount = v.pipe(positive, v.maxValue(100_000, "at most 100000"));
export const exitStatus = v.pipe(
  v.number(),
  v.integer("a whole number"),
  v.minValue(0, "between 0 and 255"),
  v.maxValue(255, "between 0 and 255"),
);
/** No more than this many requests a second, users or connections: each is played. */
export const most = (limit: number) =>
  v.maxValue<number, number, string>(limit, `at most ${limit}`);
export const natural = v.pipe(v.number(), v.integer("a whole number"), v.minValue(0, "at least 0"));
const percentPattern = /^(100(\.0+)?|\d{1,2}(\.\d+)?)%$/u;
export const share = v.union([
  v.pipe(
    v.number(),
    v.minValue(0, "between 0 and 1, or text such as 5%"),
    v.maxValue(1, "between 0 and 1, or text such as 5%"),
  ),
  v.pipe(v.string(), v.regex(percentPattern, "a share such as 5%")),
]);
export const probability = v.pipe(
  v.number(),
  v.minValue(0, "between 0 and 1"),
  v.maxValue(1, "between 0 and 1"),
);
export const text = v.pipe(v.string(), v.minLength(1, "some text"));
export const stringMap = v.record(v.string(), v.string());
export const delay = v.strictObject({
  delay: v.optional(v.pipe(duration, v.description("Default 0s."))),
  jitter: v.optional(v.pipe(duration, v.description("Adds a uniform 0s to this. Default 0s."))),
});
export const quantity = v.union([
  v.pipe(
    v.string(),
    v.regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/u, "a quantity: 500m, 8Gi"),
  ),
  v.pipe(v.number(), v.minValue(0, "a quantity: 4, 8Gi")),
]);
