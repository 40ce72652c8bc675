/**
 * Queries of Prometheus that say by their shape what they read: the share of requests without (or with) a
 * server error, a percentile of a histogram of request times, a rate of requests. Anything else the scenario
 * has to answer.
 */
import { parseDuration } from "../../api/duration.ts";
import type { Millis } from "../../api/meta.ts";
import type { MetricRule } from "../metric-rules.ts";

/** ms of the first `[5m]`; undefined where there is none. */
export function windowOf(query: string): Millis | undefined {
  const text = /\[(\d+[smh])(?::[^\]]*)?\]/.exec(query)?.[1];
  const parsed = text === undefined ? undefined : parseDuration(text);
  return parsed?.ok === true ? parsed.ms : undefined;
}

/** Its answer is one number, not a list of them. */
export function isScalar(query: string): boolean {
  return /^\s*scalar\s*\(/.test(query);
}

const SUM = String.raw`sum(?:\s*by\s*\([^)]*\))?\s*\(\s*i?rate\s*\(\s*(\w*requests?\w*)\s*\{([^}]*)\}\s*\[\w+\]\s*\)\s*\)`;
const RATIO = new RegExp(String.raw`^\(*\s*${SUM}\s*\)*\s*/\s*\(*\s*${SUM}\s*\)*\s*$`);
const RATE = new RegExp(String.raw`^\s*${SUM}\s*$`);
const QUANTILE =
  /^\s*histogram_quantile\s*\(\s*(0\.\d+)\s*,\s*sum\s*(?:by\s*\([^)]*\)\s*)?\(\s*i?rate\s*\(\s*(\w*(?:duration|latency)\w*)_bucket\s*\{([^}]*)\}/;
const CODE = /\b(?:response_code|status|code|status_code)\s*(!~|=~|!=|=)\s*"([^"]*)"/;
const STATISTICS = {
  "0.5": "p50",
  "0.50": "p50",
  "0.9": "p90",
  "0.90": "p90",
  "0.95": "p95",
  "0.99": "p99",
} as const;

export function recognise(query: string): MetricRule | undefined {
  const bare = query.replace(/^\s*scalar\s*\(([\s\S]*)\)\s*$/, "$1").trim();
  const ratio = RATIO.exec(bare);
  if (ratio !== null) {
    const [, over = "", above = "", under = "", below = ""] = ratio;
    const code = CODE.exec(above);
    if (over !== under || code === null || CODE.test(below)) return undefined;
    const [, sign, codes = ""] = code;
    if (!/^(\[4-5\]|\[45\]|5)/.test(codes)) return undefined;
    const measure = sign === "!~" || sign === "!=" ? "success-rate" : "error-rate";
    return { measure, ...serviceIn(above) };
  }
  const quantile = QUANTILE.exec(bare);
  if (quantile !== null) {
    const [, share = "", name = "", labels = ""] = quantile;
    const statistic = STATISTICS[share as keyof typeof STATISTICS];
    if (statistic === undefined) return undefined;
    const scale = name.includes("milliseconds") || name.endsWith("_ms") ? 1 : 0.001;
    return { measure: "latency", statistic, scale, ...serviceIn(labels) };
  }
  const rate = RATE.exec(bare);
  if (rate === null || CODE.test(rate[2] ?? "")) return undefined;
  return { measure: "requests", ...serviceIn(rate[2] ?? "") };
}

/** `destination_service=~"web-canary.default.svc.cluster.local"`: web-canary. */
function serviceIn(labels: string): { readonly service?: string } {
  const label = /\b(?:destination_service(?:_name)?|service|exported_service)\s*=~?\s*"([\w-]+)/;
  const service = label.exec(labels)?.[1];
  return service === undefined ? {} : { service };
}
