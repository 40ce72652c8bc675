/**
 * Questions about a run. Each shows a Deployment as its controller saw it before a sync and asks how many pods one of its
 * ReplicaSets is to have after it; the answer is what the controller wrote, the reason what it decided.
 */
import { anything, list, whole } from "../api/check-shape.ts";
import type { Deployment, ReplicaSet } from "../api/apps.ts";
import type { Millis } from "../api/meta.ts";
import type { DecisionEntry, TraceEntry, WriteEntry } from "../api/trace.ts";
import { ceiling, isRollingUpdate, maxSurge } from "../controllers/deployment/fenceposts.ts";
import { revisionOf, Rollouts, type Rollout } from "../scenario/rollouts.ts";
import { reasonOf } from "./reasons.ts";

export interface Question {
  readonly at: Millis;
  /** Name of the Deployment. */
  readonly about: string;
  /** What there is to see before the sync, line by line. */
  readonly sees: readonly string[];
  readonly asks: string;
  /** Pods. */
  readonly answer: number;
  readonly because: readonly string[];
}

/** What one sync of a Deployment weighed and wrote. */
interface Sync {
  readonly before: Rollout;
  readonly decisions: DecisionEntry[];
  readonly writes: WriteEntry[];
}

const CREATE = "deployment/new/create";

/** Decisions on sizes of ReplicaSets: those that leave all as it is are asked about, too. */
const sizing = /^deployment\/(?:new\/create$|scale\/|rolling\/(?!no-old-pods$)|recreate\/)/u;

/**
 * At most `count` questions of a run in which the caches were fresh, in order of time: first one of each kind of decision, then
 * a second one of each ... None is asked twice. `trace`: of a run whose schedule is `fresh`, as `runScenario` gives it.
 */
export function questionsOf(trace: readonly TraceEntry[], count = 5): readonly Question[] {
  list(anything)("trace", trace);
  whole(1)("count", count);
  const rollouts = new Rollouts();
  const syncs = new Map<number, Sync>();
  const all: Question[] = [];
  const kinds = new Map<string, Question[]>();
  const known = new Set<string>();
  for (const entry of trace) {
    note(entry, syncs, rollouts);
    rollouts.feed(entry);
    const sync = entry.kind === "sync" ? syncs.get(entry.sync) : undefined;
    const question = sync && questionOf(sync, entry.at, rollouts);
    if (sync === undefined || question === undefined) continue;
    const text = [question.about, ...question.sees, question.asks].join("\n");
    if (known.has(text)) continue;
    known.add(text);
    all.push(question);
    const kind = sync.decisions.map(({ id }) => id).join(" ");
    const alike = kinds.get(kind) ?? [];
    kinds.set(kind, alike);
    alike.push(question);
  }
  const picked = new Set(chosen([...kinds.values()], count));
  return all.filter((question) => picked.has(question));
}

function note(entry: TraceEntry, syncs: Map<number, Sync>, rollouts: Rollouts): void {
  if (entry.kind !== "decision" && entry.kind !== "write") return;
  if (entry.by !== "deployment-controller" || entry.sync === undefined) return;
  const { kind, sync } = entry;
  if (kind === "decision" && !syncs.has(sync)) {
    const before = rollouts.all().find(({ key }) => key === entry.key);
    if (before !== undefined) syncs.set(sync, { before, decisions: [], writes: [] });
  }
  if (kind === "write") syncs.get(sync)?.writes.push(entry);
  else if (sizing.test(entry.id)) syncs.get(sync)?.decisions.push(entry);
}

function questionOf(sync: Sync, at: Millis, rollouts: Rollouts): Question | undefined {
  const { before, decisions } = sync;
  const writes = sync.writes.filter(({ resource }) => resource === "replicasets");
  // A first ReplicaSet gets all pods: nothing to think about.
  if (decisions.length === 0 || before.sets.length === 0) return undefined;
  if (writes.some(({ error }) => error !== undefined)) return undefined;
  const resized = writes.filter(
    ({ name, object, verb }) =>
      verb !== "delete" &&
      sizeOf(object) !== sizeOf(before.sets.find(({ metadata }) => metadata.name === name)),
  );
  // Unhealthy pods go first, then others of the same ReplicaSet: two writes.
  const last = resized.findLast(({ name }) => name === resized[0]?.name);
  const set = (last?.object as ReplicaSet | undefined) ?? longestServing(before);
  if (set === undefined) return undefined;
  const isNew = before.sets.every(({ metadata }) => metadata.name !== set.metadata.name);
  return {
    at,
    about: before.name,
    sees: [
      settingsOf(before.deployment),
      ...before.sets.filter(isInUse).map((each) => seen(each, before.deployment)),
      ...(isNew ? [`${imagesOf(set)}: no ReplicaSet has this template yet`] : []),
    ],
    asks: isNew
      ? `With how many pods is the ReplicaSet of revision ${revisionOf(set)} created?`
      : `How many pods does revision ${revisionOf(set)} ask for after this sync?`,
    answer: set.spec.replicas,
    because: [
      ...(isNew && isRollingUpdate(before.deployment) ? [roomFor(before)] : []),
      ...decisions
        .filter(({ id }) => !isNew || id === CREATE)
        .map((decision) => reasonOf(decision, rollouts).text),
    ],
  };
}

/** The decision to create a ReplicaSet tells its size, not where it comes from (deployment/sync.go, NewRSNewReplicas). */
function roomFor({ deployment, sets }: Rollout): string {
  const total = sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
  const { replicas } = deployment.spec;
  const room = Math.max(0, Math.min(ceiling(deployment) - total, replicas));
  const most = `${ceiling(deployment)} (${replicas} + surge ${maxSurge(deployment)})`;
  return `At most ${most} pods may be asked for, and ${total} are: room for ${room}.`;
}

/** Of which people expect that it shrinks, where nothing is resized. */
function longestServing({ sets }: Rollout): ReplicaSet | undefined {
  return sets.find(({ spec }) => spec.replicas > 0);
}

function sizeOf(object: object | undefined): number | undefined {
  return (object as ReplicaSet | undefined)?.spec.replicas;
}

function isInUse({ spec, status }: ReplicaSet): boolean {
  return spec.replicas > 0 || status.replicas > 0 || (status.terminatingReplicas ?? 0) > 0;
}

function settingsOf({ spec }: Deployment): string {
  const { maxSurge = 0, maxUnavailable = 0 } = spec.strategy.rollingUpdate ?? {};
  const how =
    spec.strategy.type === "Recreate"
      ? "strategy Recreate"
      : `maxSurge ${maxSurge}, maxUnavailable ${maxUnavailable}`;
  return `${spec.replicas} replicas, ${how}${spec.paused === true ? ", paused" : ""}`;
}

function seen(set: ReplicaSet, { spec }: Deployment): string {
  const { replicas, availableReplicas = 0, terminatingReplicas = 0 } = set.status;
  const parts = [
    `asks for ${set.spec.replicas}`,
    ...(replicas === set.spec.replicas ? [] : [`has ${replicas}`]),
    `${availableReplicas} available`,
    ...(terminatingReplicas === 0 ? [] : [`${terminatingReplicas} terminating`]),
  ];
  const wanted = set.metadata.annotations?.["deployment.kubernetes.io/desired-replicas"];
  if (wanted !== String(spec.replicas)) parts.push(`sized when ${wanted} were wanted`);
  return `revision ${revisionOf(set)} (${imagesOf(set)}) ${parts.join(", ")}`;
}

function imagesOf(set: ReplicaSet): string {
  return set.spec.template.spec.containers.map(({ image }) => image ?? "").join(", ");
}

function chosen(kinds: readonly (readonly Question[])[], count: number): readonly Question[] {
  const most = Math.max(0, ...kinds.map(({ length }) => length));
  const rounds = Array.from({ length: most }, (_, i) => kinds.flatMap((kind) => kind[i] ?? []));
  return rounds.flat().slice(0, count);
}
