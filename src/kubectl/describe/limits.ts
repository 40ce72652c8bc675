/** Descriptions of what limits a namespace: quotas and limit ranges. Mirrors kubectl/pkg/describe (v0.37.2). */
import type { KubeObject } from "../../api/meta.ts";
import type { Call } from "../call.ts";
import { list, map, sortedKeys, text } from "../fields.ts";
import { line } from "./text.ts";

export function describeQuota(_call: Call, quota: KubeObject): string[] {
  const hard = map(quota, "status", "hard");
  return [
    line(0, "Name:", quota.metadata.name),
    line(0, "Namespace:", quota.metadata.namespace ?? ""),
    line(0, "Resource", "Used", "Hard"),
    line(0, "--------", "----", "----"),
    ...sortedKeys(hard).map((key) =>
      line(0, key, text(quota, "status", "used", key) || "0", text(hard, key)),
    ),
  ];
}

export function describeLimitRange(_call: Call, range: KubeObject): string[] {
  return [
    line(0, "Name:", range.metadata.name),
    line(0, "Namespace:", range.metadata.namespace ?? ""),
    ...limitLines(range, ""),
  ];
}

/** Of a namespace: all its limit ranges in one table. */
export function limitRangeLines(ranges: readonly KubeObject[]): string[] {
  if (ranges.length === 0) return ["No LimitRange resource."];
  const [heading, rule] = limitLines({ ...ranges[0]!, spec: {} }, " ");
  return [
    "Resource Limits",
    heading!,
    rule!,
    ...ranges.flatMap((range) => limitLines(range, " ").slice(2)),
  ];
}

const columns = ["min", "max", "defaultRequest", "default", "maxLimitRequestRatio"] as const;

/** A heading, and a row for each resource that an item of the range names. */
function limitLines(range: KubeObject, indent: string): string[] {
  const titles = ["Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];
  const heading = ["Type", "Resource", ...titles];
  const rows = list(range, "spec", "limits").flatMap((item) => {
    const resources = new Set(columns.flatMap((column) => Object.keys(map(item, column))));
    return sortedKeys(Object.fromEntries([...resources].map((name) => [name, true]))).map(
      (name) => [
        text(item, "type"),
        name,
        ...columns.map((column) => text(item, column, name) || "-"),
      ],
    );
  });
  return [heading, heading.map((title) => title.replaceAll(/./gu, "-")), ...rows].map(
    (cells) => `${indent}${cells.join("\t")}`,
  );
}
