/** Runs as CSV (RFC 4180): the pods of each ReplicaSet, a line each time that something changes. */
import type { Result } from "../scenario/result.ts";
import { seriesOf } from "./series.ts";

const titles = [
  "scenario",
  "deployment",
  "at_ms",
  "wanted",
  "replicaset",
  "revision",
  "image",
  "asked_for",
  "pods",
  "ready",
  "available",
  "terminating",
];

export function csvReport(results: readonly Result[]): string {
  const rows = results.flatMap(({ scenario, trace }) =>
    seriesOf(trace).flatMap(({ key, points }) =>
      points.flatMap(({ at, wanted, sets }) =>
        sets.map(({ name, revision, image, counts }) => [
          scenario.name,
          key,
          at,
          wanted,
          name,
          revision,
          image,
          counts.wanted,
          counts.pods,
          counts.ready,
          counts.available,
          counts.terminating,
        ]),
      ),
    ),
  );
  return [titles, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
