/** The pods of each Deployment over time, for charts and tables: as statuses show them after each instant. */
import type { Millis } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";
import { ceiling, minAvailable } from "../controllers/deployment/fenceposts.ts";
import { Rollouts, type Rollout } from "../scenario/rollouts.ts";
import { rowOf, type SetRow } from "./rows.ts";

export interface PodsAt {
  /** From here on, until the next. */
  readonly at: Millis;
  /** spec.replicas. */
  readonly wanted: number;
  /** Pods that have to be available and that may be asked for, R - U and R + S; undefined for Rollouts. */
  readonly least: number | undefined;
  readonly most: number | undefined;
  /** Those that have pods or should have some; oldest revision first. */
  readonly sets: readonly SetRow[];
}

export interface Series {
  /** `namespace/name`, as `Rollout.key`. */
  readonly key: string;
  readonly name: string;
  /** Only where something changes. */
  readonly points: readonly PodsAt[];
}

export function seriesOf(trace: readonly TraceEntry[]): readonly Series[] {
  const rollouts = new Rollouts();
  const all = new Map<string, { readonly name: string; readonly points: PodsAt[] }>();
  let isNew = false;
  for (const entry of trace) {
    if (rollouts.feed(entry)) isNew = true;
    if (entry.kind !== "instant" || !isNew) continue;
    isNew = false;
    const present = rollouts.all();
    for (const rollout of present) {
      const { points } = all.get(rollout.key) ?? start(all, rollout);
      add(points, { at: entry.at, ...podsOf(rollout) });
    }
    for (const [key, { points }] of all) {
      if (present.some((rollout) => rollout.key === key)) continue;
      add(points, { at: entry.at, wanted: 0, least: undefined, most: undefined, sets: [] });
    }
  }
  return [...all].map(([key, one]) => ({ key, ...one }));
}

function start(all: Map<string, { name: string; points: PodsAt[] }>, { key, name }: Rollout) {
  const begun = { name, points: [] };
  all.set(key, begun);
  return begun;
}

function podsOf(rollout: Rollout): Omit<PodsAt, "at"> {
  const { deployment } = rollout;
  const { wanted, sets } = rowOf(rollout);
  const isOne = deployment.kind === "Deployment";
  return {
    wanted,
    least: isOne ? minAvailable(deployment) : undefined,
    most: isOne ? ceiling(deployment) : undefined,
    sets,
  };
}

function add(points: PodsAt[], point: PodsAt): void {
  const { at: _, ...before } = points.at(-1) ?? { at: 0 };
  const { at: __, ...now } = point;
  if (JSON.stringify(before) !== JSON.stringify(now)) points.push(point);
}
