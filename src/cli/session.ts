/**
 * A session on a living cluster: kubectl lines, and words that move time. It knows nothing of terminals: a
 * line goes in, text comes out, so a lesson can be a script with its transcript.
 */
import type { Millis } from "../api/meta.ts";
import type { EventEntry } from "../api/trace.ts";
import { Cluster, type Snapshot } from "../cluster.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import type { KubectlIo } from "../kubectl/io.ts";
import { commands } from "../kubectl/commands.ts";
import { splitScript } from "../kubectl/script.ts";
import { longestWatchMs } from "../kubectl/waiting.ts";
import { shellProblem } from "../kubectl/shell-syntax.ts";
import { nearest } from "../scenario/nearest.ts";
import type { PlannedTraffic } from "../scenario/scenario.ts";
import { requestLines } from "../report/requests.ts";
import { TrafficRun } from "../scenario/traffic.ts";
import { formatDuration, parseDuration } from "../api/duration.ts";
import { completionsOf, sessionWords } from "./completions.ts";
import { explained, type ExplainedOptions } from "./explained.ts";
import { progressOf } from "./progress-of.ts";

export interface SessionOptions {
  readonly namespace: string;
  readonly readFile: KubectlIo["readFile"];
  /** Requests; those that a scenario begins or ends with a step begin as soon as their Service is ready. */
  readonly traffic?: readonly PlannedTraffic[];
  /** How wide what it explains may be; default 80. */
  readonly columns?: number;
}

/** `run until ready`, and watches without an end, give up after so much virtual time. */
const PATIENCE_MS = 3_600_000;
const LATEST_EVENTS = 20;
const SNAPSHOTS = 200;

const HELP = `kubectl lines as you type them (the word kubectl may be left out). What waits takes virtual time: get -w
watches as long as anything happens, an hour at most. And:
  step               the next thing that happens
  step 10s           10 s of virtual time
  run until 2m       until the clock reads 2m
  run until ready    until Deployments, Rollouts and Canaries are, or nothing more happens
  why [NAME]         why it is waiting, with its numbers
  try [NAME]         and what would help: undo, restart and others, each in a copy
  events             the latest Kubernetes Events
  requests           what became of the requests of a scenario's traffic
  rewind 20s         back to 20 s ago; what you did since then is undone
  time               what the clock reads
  quit`;

type Answer = { readonly text: string; readonly ended?: true };

export class Session {
  #cluster: Cluster;
  readonly #options: SessionOptions;
  /** That of kubectl's context. */
  #namespace: string;
  readonly #planned: readonly PlannedTraffic[];
  #traffic: TrafficRun;
  /** The world before each line, the latest last. */
  #past: { readonly at: Millis; readonly snapshot: Snapshot }[] = [];
  /** What was typed so far of a line that ends in a backslash. */
  #unfinished = "";
  /** Lines of a document that has not ended yet. */
  #document: { readonly line: string; readonly end: string; readonly lines: string[] } | undefined;

  constructor(cluster: Cluster, options: SessionOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#namespace = options.namespace;
    this.#planned = (options.traffic ?? []).map(withoutSteps);
    this.#traffic = new TrafficRun(cluster, this.#planned);
  }

  get cluster(): Cluster {
    return this.#cluster;
  }

  /** What stands before the next line. */
  get prompt(): string {
    return this.#document === undefined && this.#unfinished === ""
      ? `[${formatDuration(this.#cluster.now)}] $ `
      : "> ";
  }

  execute(typed: string): Answer {
    const line = typed.replace(/\r$/, "");
    if (this.#document !== undefined) return this.#continue(line);
    if (/(^|[^\\])\\$/.test(line)) {
      this.#unfinished += `${line.slice(0, -1)} `;
      return { text: "" };
    }
    const whole = this.#unfinished + line;
    this.#unfinished = "";
    return this.#begin(whole);
  }

  /** Forgets a line or document that has not ended; the answer says what was missing, if anything. */
  giveUp(): string | undefined {
    const document = this.#document;
    const unfinished = this.#unfinished;
    this.#document = undefined;
    this.#unfinished = "";
    if (document !== undefined) return `the document has no end: a line ${document.end}`;
    return unfinished === "" ? undefined : "the last line ends in a backslash: it goes on nowhere";
  }

  /** What may stand in place of the last word of a line. */
  completions(line: string): ReturnType<typeof completionsOf> {
    return this.#document === undefined
      ? completionsOf(this.#unfinished + line, this.#cluster.api)
      : { candidates: [], word: "" };
  }

  #begin(typed: string): Answer {
    const line = typed.replace(/^\s*\$\s+/, "");
    const document = documentOf(line);
    if (document !== undefined) {
      this.#document = { ...document, lines: [] };
      return { text: "" };
    }
    return this.#run(line.trim());
  }

  #continue(line: string): Answer {
    const document = this.#document!;
    if (line.trim() !== document.end) {
      document.lines.push(line);
      return { text: "" };
    }
    this.#document = undefined;
    this.#remember();
    return { text: this.#kubectl(document.line, `${document.lines.join("\n")}\n`) };
  }

  #run(line: string): Answer {
    const [word = "", ...rest] = line.split(/\s+/);
    if (word === "" || word.startsWith("#")) return { text: "" };
    if (word === "quit" || word === "exit") return { text: "", ended: true };
    const said = this.#word(word, rest);
    if (said !== undefined) return { text: said };
    const meant = nearest(word, ["kubectl", ...Object.keys(sessionWords)]);
    const known = commands.some(({ path }) => path.split(" ")[0] === word);
    if (!known && meant !== undefined && word !== meant) {
      return { text: `unknown word "${word}": did you mean ${meant}?\n` };
    }
    return {
      text: splitScript(line)
        .map((command) => this.#command(command.line))
        .join(""),
    };
  }

  /** The session's own words; undefined: the line is for kubectl. */
  #word(word: string, rest: readonly string[]): string | undefined {
    switch (word) {
      case "help":
        return `${HELP}\n`;
      case "time":
        return `${formatDuration(this.#cluster.now)}\n`;
      case "why":
        return this.#why(rest, "none");
      case "try":
        return this.#why(rest, "all");
      case "requests":
        return this.#requests();
      case "events":
        return rest.length === 0 ? this.#events() : undefined;
      case "step":
      case "run":
      case "rewind":
        return this.#move(word, rest);
      default:
        return undefined;
    }
  }

  #command(line: string): string {
    const problem = shellProblem(line);
    this.#remember();
    return problem === undefined ? this.#kubectl(line) : `rollsim: ${problem.message}\n`;
  }

  #kubectl(line: string, stdin?: string): string {
    let text = "";
    const print = (part: string): void => {
      text += part;
    };
    const { readFile } = this.#options;
    const began = this.#cluster.now;
    const given = stdin === undefined ? {} : { stdin };
    const streams = {
      ...given,
      namespace: this.#namespace,
      setNamespace: (namespace: string): void => {
        this.#namespace = namespace;
      },
      readFile,
      customResources: "any" as const,
    };
    const printed = { ...streams, out: print, err: print };
    const advance: KubectlIo["advance"] = (untilMs) => this.#advance(untilMs, began);
    runKubectl(this.#cluster, withKubectl(line), printed, { advance });
    this.#traffic.instant();
    return text;
  }

  #move(word: "step" | "run" | "rewind", rest: readonly string[]): string {
    if (word === "step" && rest.length === 0) return this.#step();
    const target = word === "run" && rest[0] === "until" ? rest[1] : rest[0];
    if (word === "run" && (target === "ready" || target === "complete"))
      return this.#runUntilReady();
    const duration = parseDuration(target ?? "");
    if (!duration.ok) {
      const example = word === "run" ? "run until 2m, run until ready" : `${word} 10s`;
      const why = target === undefined ? "say how long" : duration.why;
      return `${word}: ${why}; as in ${example}\n`;
    }
    if (word === "rewind") return this.#rewind(duration.ms);
    this.#remember();
    const at = word === "step" ? this.#cluster.now + duration.ms : duration.ms;
    if (at < this.#cluster.now) return "That time is over: rewind goes back.\n";
    this.#runUntil(at);
    return this.#summary();
  }

  #step(): string {
    this.#remember();
    if (this.#cluster.nextEventAt() === undefined) return "Nothing more happens by itself.\n";
    this.#stepOnce();
    return this.#summary();
  }

  #stepOnce(): void {
    if ((this.#cluster.nextEventAt() ?? 0) > this.#cluster.now) this.#traffic.instant();
    this.#cluster.step();
  }

  /** Within a command that began at `began`: it waits until a time (ms), or as long as anything happens. */
  #advance(untilMs: Millis, began: Millis): "stepped" | "idle" {
    const endless = untilMs - began >= longestWatchMs;
    const limit = endless ? began + PATIENCE_MS : untilMs;
    if ((this.#cluster.nextEventAt() ?? Infinity) <= limit) {
      this.#stepOnce();
      return "stepped";
    }
    if (!endless) this.#runUntil(limit);
    return "idle";
  }

  #runUntil(at: Millis): void {
    while ((this.#cluster.nextEventAt() ?? Infinity) <= at) this.#stepOnce();
    this.#traffic.instant();
    this.#cluster.runUntil(at);
  }

  #runUntilReady(): string {
    this.#remember();
    const limit = this.#cluster.now + PATIENCE_MS;
    const states = (): ReadonlySet<string> =>
      new Set(progressOf(this.#cluster.api).map(({ state }) => state));
    const goesOn = (): boolean =>
      states().has("goes on") &&
      !this.#cluster.isResting &&
      (this.#cluster.nextEventAt() ?? Infinity) <= limit;
    while (goesOn()) this.#stepOnce();
    const left = states();
    const why = left.has("goes on")
      ? `Not ready, and ${this.#cluster.isResting ? "nothing more happens by itself" : "an hour has passed"}: ask why.\n`
      : left.has("waits for you")
        ? "Not ready: it waits for you; ask why.\n"
        : "";
    return `${this.#summary()}${why}`;
  }

  #rewind(by: Millis): string {
    const target = Math.max(0, this.#cluster.now - by);
    while (this.#past.length > 1 && this.#past.at(-1)!.at > target) this.#past.pop();
    const last = this.#past.at(-1);
    if (last === undefined || last.at > target) return "Nothing is remembered from then.\n";
    this.#cluster = Cluster.restore(last.snapshot);
    this.#traffic = new TrafficRun(this.#cluster, this.#planned);
    this.#runUntil(target);
    return this.#summary();
  }

  #remember(): void {
    this.#past.push({ at: this.#cluster.now, snapshot: this.#cluster.save() });
    if (this.#past.length > SNAPSHOTS) this.#past.shift();
  }

  #summary(): string {
    const lines = progressOf(this.#cluster.api).map(({ line }) => line);
    return `${[formatDuration(this.#cluster.now), ...lines].join("\n")}\n`;
  }

  /** `why`, `why web`, `why deployment/web`, `why deployment web`. */
  #why(words: readonly string[], tries: ExplainedOptions["tries"]): string {
    const wanted = words.length === 0 ? undefined : words.join("/");
    const width = this.#options.columns ?? 80;
    const answer = explained(this.#cluster, wanted, { width, tries });
    return answer.ok ? answer.text : `${answer.why}\n`;
  }

  #requests(): string {
    const accounts = this.#traffic.results("broken off");
    if (accounts.length > 0)
      return `${requestLines(accounts, this.#options.columns ?? 80)
        .slice(1)
        .join("\n")}\n`;
    const begins = "Requests begin when their Service has a ready endpoint.";
    const none = "No requests are sent: a scenario's traffic would send them.";
    return `${this.#planned.length > 0 ? begins : none}\n`;
  }

  /** In the order in which they were recorded last; what is repeated word for word comes once. */
  #events(): string {
    const latest = new Map<string, { entry: EventEntry; times: number }>();
    for (const entry of this.#cluster.trace.entries) {
      if (entry.kind !== "event") continue;
      const { about, type, reason, message, count = 1 } = entry;
      const key = [about.kind, about.namespace, about.name, type, reason, message].join("/");
      const times = (latest.get(key)?.times ?? 0) + count;
      latest.delete(key); // where it comes last
      latest.set(key, { entry, times });
    }
    const lines = [...latest.values()].slice(-LATEST_EVENTS).map(({ entry, times }) => {
      const { at, type, reason, about, message } = entry;
      const object = `${about.kind.toLowerCase()}/${about.name}`;
      const more = times === 1 ? "" : ` (and ${times - 1} alike)`;
      return `${formatDuration(at).padStart(7)}  ${type} ${reason} ${object}: ${message}${more}`;
    });
    return lines.length === 0 ? "No events.\n" : `${lines.join("\n")}\n`;
  }
}

/** `kubectl apply -f - <<EOF`, and `cat <<EOF | kubectl apply -f -`, as documents have it. */
function documentOf(line: string): { readonly line: string; readonly end: string } | undefined {
  const [, command, end] = /^(.*?)<<-?\s*['"]?(\w+)['"]?\s*$/.exec(line) ?? [];
  if (command !== undefined && end !== undefined) return { line: command, end };
  const [, word, piped] = /^\s*cat\s*<<-?\s*['"]?(\w+)['"]?\s*\|(.*)$/.exec(line) ?? [];
  return word === undefined || piped === undefined ? undefined : { line: piped, end: word };
}

/** A session has no steps: what begins or ends with one begins when it can, and goes on. */
function withoutSteps({ from, to, ...traffic }: PlannedTraffic): PlannedTraffic {
  return {
    ...traffic,
    ...(from !== undefined && "at" in from && { from }),
    ...(to !== undefined && "at" in to && { to }),
  };
}

function withKubectl(line: string): string {
  const trimmed = line.trim();
  return /^(kubectl|k)(\s|$)/.test(trimmed) ? trimmed : `kubectl ${trimmed}`;
}
