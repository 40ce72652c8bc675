/**
 * Plays a scenario: its manifests at the start, its steps at their times, its expectations after every
 * instant, and what is left to happen after the last step.
 */
import { anything, callable, refuse, shape, type Fields } from "../api/check-shape.ts";
import type { Millis } from "../api/meta.ts";
import { Cluster } from "../cluster.ts";
import { checkTime } from "../cluster/check-options.ts";
import { grant } from "../cluster/taken-for-granted.ts";
import { AssertionFailed } from "../engine/assert.ts";
import type { KubectlIo } from "../kubectl/io.ts";
import { formatDuration } from "../api/duration.ts";
import { Checker } from "./expectations.ts";
import type { Remedy } from "./faults.ts";
import { Metrics } from "./metrics.ts";
import type { Place } from "./problem.ts";
import type { Failure, Result, StepResult } from "./result.ts";
import type { Manifest, Scenario, Step } from "./scenario.ts";
import { requestsEntry, TrafficRun } from "./traffic.ts";
import { appliedIn } from "./granted.ts";
import { createNamespaces } from "./validate.ts";
import { applyManifests, carryOut, type Stage, type StepFailure } from "./steps.ts";

export interface RunOptions {
  /** Instead of the scenario's own. */
  readonly seed?: string;
  readonly schedule?: string;
  readonly until?: Millis;
  /** Files that kubectl lines name; without it there are none. */
  readonly readFile?: KubectlIo["readFile"];
  /** Told the virtual time after each instant, for progress. It cannot change the run. */
  readonly onInstant?: (now: Millis) => void;
  /** Stop at this instant and look: steps that are due by then have been taken. */
  readonly stopAt?: Millis;
}

/** Values are looked at where they are used. */
const fields: Fields<RunOptions> = {
  seed: anything,
  schedule: anything,
  until: anything,
  readFile: callable,
  onInstant: callable,
  stopAt: anything,
};

/** Throws a RangeError for what `parseScenario` did not give. */
export function checkScenarioGiven(scenario: Scenario): void {
  const isRead = typeof scenario === "object" && Array.isArray(scenario?.steps);
  if (!isRead) refuse("scenario", scenario, "what parseScenario gave");
}

function checkGiven(scenario: Scenario, options: RunOptions): void {
  checkScenarioGiven(scenario);
  shape(fields, "option")("options", options);
}

/** Plays a scenario to its end; a RangeError for options that no run can have. The same scenario and options give the same result, byte for byte. */
export function runScenario(scenario: Scenario, options: RunOptions = {}): Result {
  return new Run(scenario, options).play();
}

/** Plays a scenario up to a time, or to its end, and gives the cluster as it is then. */
export function clusterAt(
  scenario: Scenario,
  at: Millis | undefined,
  options: RunOptions = {},
): Cluster {
  const run = new Run(scenario, at === undefined ? options : { ...options, stopAt: at });
  run.play();
  return run.cluster;
}

/** Why a run stops before its end; thrown through kubectl when time is up inside a command. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Entries of instants at which nothing changes. */
const IDLE: ReadonlySet<string> = new Set([
  "instant",
  "sync",
  "decision",
  "expectation",
  "requests",
]);

class Run implements Stage {
  readonly cluster: Cluster;
  readonly namespace: string;
  contextNamespace: string;
  readonly readFile: KubectlIo["readFile"];
  readonly #scenario: Scenario;
  readonly #options: RunOptions;
  readonly #until: Millis;
  readonly #checker: Checker;
  readonly #metrics = new Metrics();
  readonly #traffic: TrafficRun;
  readonly #steps: StepResult[] = [];
  readonly #failures: Failure[] = [];
  #remedies: readonly Remedy[] = [];
  #seen = 0;
  #stepsTaken = false;
  /** The one that was closed last. */
  #instant: "something happened" | "nothing happened" = "something happened";

  constructor(scenario: Scenario, options: RunOptions) {
    checkGiven(scenario, options);
    this.#scenario = scenario;
    this.#options = options;
    const seed = options.seed ?? scenario.seed;
    const schedule = options.schedule ?? scenario.schedule;
    this.cluster = new Cluster({
      ...scenario.cluster,
      seed,
      schedule,
      behaviors: scenario.behaviors,
      apps: scenario.apps,
      metricRules: scenario.metrics,
      webhooks: scenario.webhooks,
    });
    this.#traffic = new TrafficRun(this.cluster, scenario.traffic);
    this.namespace = scenario.namespace;
    this.contextNamespace = scenario.namespace;
    this.readFile = (path) => options.readFile?.(path);
    for (const name of ["until", "stopAt"] as const) {
      if (options[name] !== undefined) checkTime(name, options[name]);
    }
    this.#until = options.until ?? scenario.until;
    this.#checker = new Checker(scenario.expect, this.cluster, scenario.namespace);
  }

  play(): Result {
    let end: Result["end"] = "failed";
    try {
      if (this.#begin() && this.#takeSteps()) end = this.#runOut();
    } catch (error) {
      if (!(error instanceof Stopped)) throw this.#withCircumstances(error);
    }
    return this.#result(end);
  }

  /** A broken assertion says how to see it again. */
  #withCircumstances(error: unknown): unknown {
    if (!(error instanceof AssertionFailed)) return error;
    const { seed = "0" } = this.cluster.options;
    const schedule = this.#options.schedule ?? this.#scenario.schedule;
    const last = this.cluster.trace.entries.at(-1);
    const lines = [
      error.message,
      `  at ${formatDuration(this.cluster.now)}, after ${JSON.stringify(last)?.slice(0, 300)}`,
      `  again: rollsim run ${this.#scenario.file} --seed '${seed}' --schedule '${schedule}'`,
    ];
    const told = new AssertionFailed(lines.join("\n"), { cause: error });
    told.stack = `${told.message}\n${error.stack ?? ""}`;
    return told;
  }

  advance(limit: Millis): "stepped" | "idle" {
    const { cluster } = this;
    const stop = Math.min(limit, this.#until, this.#options.stopAt ?? Infinity);
    const remedy = this.#remedies.reduce((least, { at }) => Math.min(least, at), Infinity);
    // Nobody waits for what will find the same again, once all steps are done.
    const due = cluster.isResting && limit === Infinity ? undefined : cluster.nextEventAt();
    const next = Math.min(due ?? Infinity, remedy);
    if (next > cluster.now) {
      this.#closeInstant();
      if (this.#stepsTaken)
        this.#traffic.settle(this.#instant, Math.min(next, stop + 1, this.#until + 1));
    }
    if (next > stop) {
      const over = next === Infinity && limit === Infinity && this.#options.stopAt === undefined;
      if (!over) cluster.runUntil(stop);
      if (this.#options.stopAt !== undefined && stop === this.#options.stopAt) throw new Stopped();
      return "idle";
    }
    if (remedy === next) this.#remedy(next);
    else cluster.step();
    return "stepped";
  }

  remedyLater(remedy: Remedy): void {
    this.#remedies = [...this.#remedies, remedy];
  }

  #remedy(at: Millis): void {
    const due = this.#remedies.filter((remedy) => remedy.at === at);
    this.#remedies = this.#remedies.filter((remedy) => remedy.at !== at);
    this.cluster.runBefore(at);
    for (const { name, apply } of due) {
      this.cluster.act(name, () => {
        apply(this.cluster);
      });
    }
  }

  #closeInstant(): void {
    this.#traffic.instant();
    this.#checker.instant();
    this.#feed();
    this.#options.onInstant?.(this.cluster.now);
  }

  /** Hands the metrics what is new in the trace. */
  #feed(): void {
    const { entries } = this.cluster.trace;
    this.#instant = "nothing happened";
    for (; this.#seen < entries.length; this.#seen++) {
      const entry = entries[this.#seen]!;
      if (!IDLE.has(entry.kind)) this.#instant = "something happened";
      this.#metrics.feed(entry);
    }
  }

  #begin(): boolean {
    const { manifests, steps, taken = [] } = this.#scenario;
    createNamespaces(this.cluster.api, this.namespace, [...manifests, ...appliedIn(steps)]);
    grant(this.cluster.api, this.#scenario.granted);
    const standing = manifests.filter(({ found }) => found === true);
    const others = manifests.filter(({ found }) => found !== true);
    if (standing.length === 0) return this.#apply(others);
    // What they need is there before them, and who scales them comes after them.
    const scalers = others.filter(({ object }) => object.kind === "HorizontalPodAutoscaler");
    if (!this.#apply(others.filter((each) => !scalers.includes(each)))) return false;
    this.cluster.takeOver(standing.map(({ object }) => object));
    for (const text of taken) this.#print(`${text}\n`);
    return this.#apply(scalers);
  }

  #apply(manifests: readonly Manifest[]): boolean {
    const [first] = manifests;
    if (first === undefined) return true;
    const failure = applyManifests(this, manifests, this.#scenario.file);
    grant(this.cluster.api, this.#scenario.granted);
    if (failure === undefined) return true;
    this.#fail("manifest", "manifests", failure, first.place);
    return false;
  }

  #print(text: string): void {
    this.cluster.trace.add({ kind: "output", at: this.cluster.now, stream: "stdout", text });
  }

  #takeSteps(): boolean {
    for (const step of this.#scenario.steps) {
      const failure = this.#waitUntilDue(step);
      const began = this.cluster.now;
      this.#checker.begin(step.name);
      this.#traffic.begin(step.name);
      const failed = failure ?? carryOut(this, step);
      if (step.verb === "apply") grant(this.cluster.api, this.#scenario.granted);
      const ok = failed === undefined;
      this.#steps.push({ step, began, ended: this.cluster.now, ok });
      if (failed !== undefined) {
        this.#fail(step.verb, step.name, failed, step.place);
        return false;
      }
    }
    return true;
  }

  /** Users act before anything else that is due at their time; whoever looks, looks after it. */
  #waitUntilDue(step: Step): StepFailure | undefined {
    const { cluster } = this;
    const due = step.at ?? cluster.now + step.after;
    if (due < cluster.now) {
      const now = formatDuration(cluster.now);
      const message = `is to begin at ${formatDuration(due)}, but the step before ended at ${now}`;
      return { message, details: [] };
    }
    const looks = step.verb === "assert" || step.verb === "wait";
    const before = looks ? due : due - 1;
    while (before >= cluster.now && this.advance(before) === "stepped");
    if (due > this.#until) {
      const until = formatDuration(this.#until);
      return {
        message: `was to begin at ${formatDuration(due)}; the run ends at ${until}`,
        details: [],
      };
    }
    if (due > cluster.now) cluster.runBefore(due);
    return undefined;
  }

  /** After the last step: until nothing is left to happen, or time is up. */
  #runOut(): Result["end"] {
    this.#stepsTaken = true;
    while (this.advance(Infinity) === "stepped");
    return this.cluster.isResting ? "idle" : "until";
  }

  #fail(kind: Failure["kind"], name: string, failure: StepFailure, place: Place): void {
    const { details } = failure;
    const at = this.cluster.now;
    const late = at >= this.#until && kind !== "manifest";
    const until = formatDuration(this.#until);
    const message = late ? `the run ended (until ${until}): ${failure.message}` : failure.message;
    this.#failures.push({ kind, name, at, message, details, place: failure.place ?? place });
  }

  /** Timers that find nothing to do may end a run long after its last event. */
  #settledAt(): Millis {
    const last = this.cluster.trace.entries.findLast(({ kind }) => !IDLE.has(kind));
    return Math.max(last?.at ?? 0, this.#steps.at(-1)?.ended ?? 0);
  }

  /** Whether the trace tells already that the last instant is over. */
  #isClosed(): boolean {
    const last = this.cluster.trace.entries.findLast(({ kind }) => kind !== "expectation");
    return last === undefined || last.kind === "instant";
  }

  #result(end: Result["end"]): Result {
    const { cluster } = this;
    const at = cluster.now;
    this.#closeInstant();
    if (!this.#isClosed()) cluster.trace.add({ kind: "instant", at });
    this.#feed();
    const settledAt = this.#settledAt();
    const samples = this.#metrics.samples(settledAt, end === "until" ? at : settledAt);
    const traffic = this.#traffic.results(end === "failed" ? "broken off" : "ended");
    const { results, measured } = this.#checker.end(samples, traffic, end);
    for (const each of traffic) cluster.trace.add(requestsEntry(each));
    cluster.trace.add({ kind: "end", at });
    const failures = [...this.#checker.failures, ...this.#failures].toSorted((a, b) => a.at - b.at);
    return {
      scenario: this.#scenario,
      seed: cluster.options.seed ?? "0",
      schedule: this.#options.schedule ?? this.#scenario.schedule,
      playedSchedule: cluster.playedSchedule,
      passed: failures.length === 0,
      endedAt: at,
      settledAt,
      end,
      steps: this.#steps,
      expectations: results,
      measured,
      samples,
      traffic,
      failures,
      trace: cluster.trace.entries,
    };
  }
}
