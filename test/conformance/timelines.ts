/**
 * Recorded rollouts of a whole control plane, reduced to the order in which ReplicaSets were resized and
 * conditions of the Deployment changed. A timeline holds if rollsim goes through the same in some
 * schedule; a schedule that was found (timelines-search.ts) is kept and played again.
 */
import type { Deployment, ReplicaSet } from "../../src/api/apps.ts";
import type { KubeObject } from "../../src/api/meta.ts";
import { Cluster, type Snapshot } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { fakelet } from "./fakelet.ts";
import { readRecording, type RecordedCommand } from "./kubectl-recording.ts";
import { DATA } from "./trace-file.ts";

/** `RS 2 has 3`: the second one made is resized; or all conditions of the Deployment, by type. */
export type Fact = string;

export interface Timeline {
  readonly scenario: string;
  readonly facts: readonly Fact[];
  /** Randomness of pods, and the letters of the schedule that goes through these facts. */
  readonly seed: string;
  readonly moves: string;
}

const WRITING = /^(apply|set|scale|annotate|rollout (undo|restart|pause|resume)) /;

/** The commands of a scenario that write, in order of when they reached the API. */
export function writingCommands(scenario: string): readonly RecordedCommand[] {
  return readRecording(`${DATA}kubectl-${scenario}.jsonl.gz`)
    .filter(({ args, code }) => code === 0 && WRITING.test(`${args.join(" ")} `))
    .toSorted((a, b) => reachedAt(a) - reachedAt(b));
}

function reachedAt({ at_ms: at, ms }: RecordedCommand): number {
  return at + Math.round(0.7 * ms);
}

/** Keeps what has been seen, and tells what is new in an object. */
export class FactFinder {
  readonly #sizes = new Map<string, number>();
  readonly #order: string[] = [];
  #conditions = "";

  constructor(from?: FactFinder) {
    if (from === undefined) return;
    for (const [name, size] of from.#sizes) this.#sizes.set(name, size);
    this.#order.push(...from.#order);
    this.#conditions = from.#conditions;
  }

  resized(name: string, replicas: number): Fact | undefined {
    if (this.#sizes.get(name) === replicas) return undefined;
    if (!this.#sizes.has(name)) this.#order.push(name);
    this.#sizes.set(name, replicas);
    return `RS ${this.#order.indexOf(name) + 1} has ${replicas}`;
  }

  conditions(
    all: readonly { readonly type: string; readonly status: string; readonly reason: string }[],
  ): Fact | undefined {
    const text = all
      .map(({ type, status, reason }) => `${type}=${status} ${reason}`)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(", ");
    if (text === this.#conditions) return undefined;
    this.#conditions = text;
    return text;
  }

  of(object: KubeObject): Fact | undefined {
    if (object.kind === "ReplicaSet") {
      return this.resized(object.metadata.name, (object as ReplicaSet).spec.replicas);
    }
    if (object.kind !== "Deployment") return undefined;
    return this.conditions((object as Deployment).status.conditions ?? []);
  }
}

export function newCluster(seed: string, schedule: string): Cluster {
  return new Cluster({ seed, schedule, nodes: 1, podsPerNode: 5000, behaviors: fakelet(30) });
}

/** One turn: the next command if it is due before anything else, or one step. What became new in it. */
export function turn(
  cluster: Cluster,
  waiting: RecordedCommand[],
  finder: FactFinder,
): { readonly facts: Fact[]; readonly more: boolean } {
  const facts: Fact[] = [];
  const stop = cluster.on("write", ({ object }) => {
    const fact = object === undefined ? undefined : finder.of(object);
    if (fact !== undefined) facts.push(fact);
  });
  const more = takeTurn(cluster, waiting);
  stop();
  return { facts, more };
}

function takeTurn(cluster: Cluster, waiting: RecordedCommand[]): boolean {
  const [command] = waiting;
  if (command === undefined || reachedAt(command) > (cluster.nextEventAt() ?? Infinity)) {
    return cluster.step();
  }
  waiting.shift();
  cluster.runBefore(reachedAt(command));
  const { stdin } = command;
  runKubectl(cluster, command.args, {
    out: () => undefined,
    err: () => undefined,
    readFile: () => undefined,
    ...(stdin === undefined || stdin === null ? {} : { stdin }),
  });
  return true;
}

/** All facts, in order, until as many as `limit` were found or nothing is left to happen. */
export function playTimeline({ scenario, seed, moves, facts }: Timeline): Fact[] {
  const cluster = newCluster(seed, moves);
  const waiting = [...writingCommands(scenario)];
  const finder = new FactFinder();
  const found: Fact[] = [];
  while (found.length < facts.length) {
    const next = turn(cluster, waiting, finder);
    found.push(...next.facts);
    if (!next.more) break;
  }
  return found;
}

/** A world to go on from; the trace is not needed for that. */
export function snapshotOf(cluster: Cluster): Snapshot {
  return { ...cluster.save(), trace: [] };
}
