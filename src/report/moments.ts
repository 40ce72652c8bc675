/**
 * A trace as moments: what users did, how many pods each ReplicaSet had then, what was decided and why,
 * and what `kubectl rollout status` says. Instants at which nothing of that changed are left out.
 */
import type { Millis } from "../api/meta.ts";
import { unnamed } from "../api/status.ts";
import type { DecisionEntry, TraceEntry } from "../api/trace.ts";
import { Rollouts, type Rollout } from "../scenario/rollouts.ts";
import { reasonOf, withEviction, withRefusedEviction, type Reason } from "./reasons.ts";
import { distance, rowOf, statusOf, type DeploymentRow } from "./rows.ts";
import { Splits } from "./splits.ts";
import { holding, telling } from "./telling.ts";

export interface Command {
  readonly name: string;
  /** Lines as printed, without those of `rollout status`. */
  readonly output: readonly { readonly stream: "stdout" | "stderr"; readonly text: string }[];
  /** So often it had printed before what it had printed already, errors among it; that is left out. */
  readonly again?: number;
}

export interface StatusLine {
  readonly text: string;
  /** Printed by a `rollout status` of the scenario, or what it would print. Repetitions are left out. */
  readonly by: "command" | "nobody";
}

export interface Moment {
  readonly at: Millis;
  readonly commands: readonly Command[];
  readonly rows: readonly DeploymentRow[];
  readonly reasons: readonly Reason[];
  readonly status: readonly StatusLine[];
  /** Expectations that failed here. */
  readonly broken: readonly string[];
  /** Decisions in instants before this one that were left out. */
  readonly skipped: number;
}

/** After so long without a row, a rollout is waiting, and the reader wants to know for what. */
const longWait: Millis = 10_000;

export function momentsOf(trace: readonly TraceEntry[]): readonly Moment[] {
  const teller = new Teller();
  for (const entry of trace) teller.take(entry);
  return teller.end();
}

interface Draft {
  at: Millis;
  commands: { name: string; output: Command["output"][number][]; again?: number }[];
  rows: DeploymentRow[];
  reasons: Reason[];
  /** By key: what its last sync left as it is. */
  holds: Map<string, { sync: number; reasons: Reason[] }>;
  status: StatusLine[];
  broken: string[];
  skipped: number;
}

class Teller {
  readonly #rollouts = new Rollouts();
  readonly #splits = new Splits();
  readonly #moments: Draft[] = [];
  /** Per Deployment: the row last told, and the status line. */
  readonly #told = new Map<string, { row: DeploymentRow; status: string }>();
  #draft = emptyDraft(0);
  #skipped = 0;
  #lastStatus = "";
  /** By key: a retry that is refused for the same reason is no news, nor a gate that is still closed. */
  readonly #lastTold = new Map<string, string>();
  /** What an autoscaler makes of the usage: told if it then rescales. */
  #usage: DecisionEntry | undefined;
  /** What the last command has printed so far, and how often it printed nothing else. */
  readonly #printed = new Set<string>();
  #again = 0;

  take(entry: TraceEntry): void {
    if (entry.kind !== "instant" && entry.kind !== "end") this.#draft.at = entry.at;
    this.#rollouts.feed(entry);
    this.#splits.feed(entry);
    switch (entry.kind) {
      case "step":
        if (this.#isToldFirst(entry.name)) this.#close();
        this.#tellRepeats();
        this.#printed.clear();
        this.#draft.commands.push({ name: entry.name, output: [] });
        if (asksForStatus.test(entry.name)) this.#lastStatus = "";
        return;
      case "output":
        for (const line of linesOf(entry.text)) this.#print(entry.stream, line);
        return;
      case "decision":
        this.#decide(entry);
        return;
      case "write":
        if (entry.verb === "delete" && entry.resource === "pods") {
          this.#draft.reasons = withEviction(this.#draft.reasons, entry, this.#rollouts);
        }
        return;
      case "expectation":
        if (!entry.held) {
          this.#draft.broken.push(entry.name ?? withDetail(entry.that, entry.detail));
        }
        return;
      case "instant":
      case "requests":
      case "end":
        this.#close();
        return;
      default:
    }
  }

  /** Whether what happened at this instant so far is told before a command that comes now. */
  #isToldFirst(command: string): boolean {
    const { commands, reasons, status } = this.#draft;
    if (reasons.length + status.length === 0) return false;
    return commands.length === 0 || !isKubectlRead(command);
  }

  end(): readonly Moment[] {
    this.#close();
    this.#tellRepeats();
    this.#close();
    // What has been said to hold it holds it until something else is decided.
    const said = new Set<string>();
    return this.#moments.map((moment, index) => {
      const next = this.#moments[index + 1];
      const waits = next === undefined || next.at - moment.at >= longWait;
      const { holds, ...rest } = moment;
      if (rest.reasons.length + rest.commands.length > 0) said.clear();
      if (!waits) return rest;
      const reasons = [...holds]
        .flatMap(([key, held]) => (this.#isUnderWay(moment, key) ? held.reasons : []))
        .filter(({ text }) => !said.has(text));
      for (const { text } of reasons) said.add(text);
      return { ...rest, reasons: [...rest.reasons, ...reasons] };
    });
  }

  #isUnderWay(moment: Draft, key: string): boolean {
    const row = moment.rows.find((one) => one.key === key);
    return row !== undefined && (row.updated < row.wanted || row.available < row.wanted);
  }

  #print(stream: "stdout" | "stderr", text: string): void {
    const draft = this.#draft;
    if (!statusShape.test(text)) {
      if (draft.commands.length === 0) draft.commands.push({ name: "", output: [] });
      draft.commands.at(-1)?.output.push({ stream, text });
      return;
    }
    if (draft.status.some((line) => line.text === text)) return;
    const before = this.#moments.at(-1);
    if (before?.at === draft.at) {
      before.status = before.status.filter((line) => line.by === "command" || line.text !== text);
    }
    draft.status.push({ text, by: "command" });
  }

  #decide(entry: DecisionEntry): void {
    const { holds } = this.#draft;
    if (holds.has(entry.key) && holds.get(entry.key)!.sync !== entry.sync) holds.delete(entry.key);
    if (entry.id.startsWith("hpa/by-")) this.#usage = entry;
    if (entry.id.startsWith("disruption/")) {
      this.#draft.reasons = withRefusedEviction(this.#draft.reasons, entry, this.#rollouts);
    } else if (telling.has(entry.id)) {
      const reason = reasonOf(entry, this.#rollouts);
      if (this.#draft.reasons.some(({ text }) => text === reason.text)) return;
      if (this.#isOldNews(entry, reason)) this.#skipped++;
      else {
        if (entry.id === "hpa/rescale" && this.#usage?.sync === entry.sync) {
          this.#draft.reasons.push(reasonOf(this.#usage, this.#rollouts));
        }
        this.#draft.reasons.push(reason);
      }
    } else if (holding.has(entry.id)) {
      const { reasons } = holds.get(entry.key) ?? { reasons: [] };
      holds.set(entry.key, {
        sync: entry.sync,
        reasons: [...reasons, reasonOf(entry, this.#rollouts)],
      });
    }
  }

  /** Refused again for the same reason, or said of the same Canary before. */
  #isOldNews({ id, key, weighed }: DecisionEntry, { text }: Reason): boolean {
    const isCanary = id.startsWith("canary/");
    if (id !== "replicaset/create-refused" && !isCanary) return false;
    const why = isCanary ? text : unnamed(String(weighed["error"]));
    const known = this.#lastTold.get(key) === why;
    this.#lastTold.set(key, why);
    return known;
  }

  #close(): void {
    const draft = this.#draft;
    this.#draft = emptyDraft(draft.at);
    this.#leaveOutRepeats(draft);
    draft.status = draft.status.filter(({ text }) => text !== this.#lastStatus);
    const phase = groupOf(this.#lastStatus);
    const eventful =
      draft.commands.length > 0 ||
      draft.broken.length > 0 ||
      draft.status.some(({ text }) => groupOf(text) !== phase);
    const important = draft.reasons.some((reason) => this.#isImportant(reason));
    for (const rollout of this.#rollouts.all()) this.#tell(draft, rollout, eventful || important);
    if (draft.rows.length > 0) this.#tellSplits(draft);
    const told = draft.rows.length > 0 || eventful || important;
    if (told) {
      draft.skipped = this.#skipped;
      this.#skipped = 0;
      this.#lastStatus =
        draft.status.findLast(({ by }) => by === "command")?.text ?? this.#lastStatus;
      this.#moments.push(draft);
    } else this.#skipped += draft.reasons.length;
  }

  /** What is asked for every few seconds, and refused as before: nothing new is said, nor printed. */
  #leaveOutRepeats(draft: Draft): void {
    draft.reasons = draft.reasons.filter((reason) => {
      if (!reason.id.startsWith("disruption/")) return true;
      const key = `${reason.id} ${reason.about}`;
      const isNews = this.#lastTold.get(key) !== reason.text;
      this.#lastTold.set(key, reason.text);
      if (!isNews) this.#skipped++;
      return isNews;
    });
    const [command] = draft.commands;
    const output = command?.output ?? [];
    const isKnown = output.every(({ text }) => this.#printed.has(text));
    const complains = output.some(({ stream }) => stream === "stderr");
    for (const { text } of output) this.#printed.add(text);
    if (command?.name !== "" || draft.commands.length > 1 || output.length === 0) return;
    if (isKnown && complains) {
      this.#again++;
      draft.commands = [];
    } else if (this.#again > 0) {
      command.again = this.#again;
      this.#again = 0;
    }
  }

  /** Before another command, or the end. */
  #tellRepeats(): void {
    if (this.#again === 0) return;
    this.#draft.commands.push({ name: "", output: [], again: this.#again });
    this.#again = 0;
  }

  #tellSplits(draft: Draft): void {
    const deployments = this.#rollouts.all().map(({ deployment }) => deployment);
    for (const { service, text } of this.#splits.news(deployments)) {
      draft.reasons.push({ id: "split", about: service, mark: "•", pods: 0, text });
    }
  }

  #isImportant({ mark, pods, about }: Reason): boolean {
    if (mark === "+" || mark === "•") return true;
    const wanted = this.#rollouts
      .all()
      .find(({ deployment }) => deployment.metadata.name === about);
    return pods >= enoughOf(wanted?.deployment.spec.replicas ?? 0);
  }

  /** Adds the Deployment's row if it changed enough to be worth a line. */
  #tell(draft: Draft, rollout: Rollout, everything: boolean): void {
    const row = rowOf(rollout);
    const before = this.#told.get(row.key);
    const change = before === undefined ? Infinity : distance(before.row, row);
    const status = statusOf(rollout.deployment);
    const isNews = before === undefined || groupOf(status) !== groupOf(before.status);
    if (change < enoughOf(row.wanted) && !isNews && !(everything && change > 0)) return;
    if (change > 0 || before === undefined) draft.rows.push(row);
    const spoken = draft.status.some(({ text }) => text === status);
    if (status !== before?.status && !spoken) draft.status.push({ text: status, by: "nobody" });
    this.#told.set(row.key, { row, status });
  }
}

/** One pod in twenty is worth a line; a new phase of the rollout always is. */
function enoughOf(replicas: number): number {
  return Math.max(1, Math.floor(replicas / 20));
}

function emptyDraft(at: Millis): Draft {
  return {
    at,
    commands: [],
    rows: [],
    reasons: [],
    holds: new Map(),
    status: [],
    broken: [],
    skipped: 0,
  };
}

const asksForStatus = /^kubectl rollout status\b/u;

/** Commands that change nothing: what they print belongs to what happens at their instant. */
export function isKubectlRead(command: string): boolean {
  return onlyReads.test(command);
}

const onlyReads = /^kubectl (rollout (status|history)|wait|get|describe|events|logs|diff)\b/u;

const statusShape =
  /^(Waiting for deployment|deployment "[^"]*" successfully rolled out|error: deployment "[^"]*" exceeded)/u;

/** Status lines that differ in their numbers only tell of the same phase. */
function groupOf(status: string): string {
  return status.replaceAll(/\d+/gu, "#");
}

function linesOf(text: string): readonly string[] {
  return text.replace(/\n$/u, "").split("\n");
}

function withDetail(that: string, detail: string | undefined): string {
  return detail === undefined || detail === "" ? that : `${that} (${detail})`;
}
