/**
 * A session on a living cluster: kubectl lines, and words that move time. It knows nothing of terminals: a
 * line goes in, text comes out, so a lesson can be a script with its transcript.
 */
import type { Deployment } from "../api/apps.ts";
import type { Event } from "../api/core.ts";
import type { Millis } from "../api/meta.ts";
import { Cluster, type Snapshot } from "../cluster.ts";
import { explanationText } from "../explain/text.ts";
import { explainDeployment } from "../explain/why.ts";
import { runKubectl } from "../kubectl/cluster-io.ts";
import type { KubectlIo } from "../kubectl/io.ts";
import { commands } from "../kubectl/commands.ts";
import { splitScript } from "../kubectl/script.ts";
import { shellProblem } from "../kubectl/shell-syntax.ts";
import { nearest } from "../scenario/nearest.ts";
import { formatDuration, parseDuration } from "../api/duration.ts";

export interface SessionOptions {
  readonly namespace: string;
  readonly readFile: KubectlIo["readFile"];
}

/** `run until ready` gives up after so much virtual time. */
const PATIENCE_MS = 3_600_000;
const LATEST_EVENTS = 20;
const SNAPSHOTS = 200;

const HELP = `kubectl lines as you type them (the word kubectl may be left out), and:
  step               the next thing that happens
  step 10s           10 s of virtual time
  run until 2m       until the clock reads 2m
  run until ready    until every Deployment is complete, or nothing more happens
  why [NAME]         why a Deployment is waiting, with its numbers
  events             the latest Kubernetes Events
  rewind 20s         back to 20 s ago; what you did since then is undone
  time               what the clock reads
  quit`;

type Answer = { readonly text: string; readonly ended?: true };

export class Session {
  #cluster: Cluster;
  readonly #options: SessionOptions;
  /** The world before each line, the latest last. */
  #past: { readonly at: Millis; readonly snapshot: Snapshot }[] = [];
  /** What was typed so far of a line that ends in a backslash. */
  #unfinished = "";
  /** Lines of a document that has not ended yet. */
  #document: { readonly line: string; readonly end: string; readonly lines: string[] } | undefined;

  constructor(cluster: Cluster, options: SessionOptions) {
    this.#cluster = cluster;
    this.#options = options;
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

  execute(line: string): Answer {
    if (this.#document !== undefined) return this.#continue(line);
    if (/(^|[^\\])\\$/.test(line)) {
      this.#unfinished += `${line.slice(0, -1)} `;
      return { text: "" };
    }
    const whole = this.#unfinished + line;
    this.#unfinished = "";
    return this.#begin(whole);
  }

  #begin(typed: string): Answer {
    const line = typed.replace(/^\s*\$\s+/, "");
    const [, command, end] = /^(.*?)<<-?\s*'?(\w+)'?\s*$/.exec(line) ?? [];
    if (command !== undefined && end !== undefined) {
      this.#document = { line: command, end, lines: [] };
      return { text: "" };
    }
    return this.#run(line.trim());
  }

  /** Words that the next line may begin with, or go on with. */
  completions(): readonly string[] {
    const names = this.#deployments().map(({ metadata }) => `deployment/${metadata.name}`);
    return [...WORDS, ...names];
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
    switch (word) {
      case "help":
        return { text: `${HELP}\n` };
      case "quit":
      case "exit":
        return { text: "", ended: true };
      case "time":
        return { text: `${formatDuration(this.#cluster.now)}\n` };
      case "why":
        return { text: this.#why(rest[0]) };
      case "events":
        if (rest.length === 0) return { text: this.#events() };
        break;
      case "step":
      case "run":
      case "rewind":
        return { text: this.#move(word, rest) };
      default:
        break;
    }
    const meant = nearest(word, [...FIRST_WORDS, "kubectl"]);
    const known = commands.some(({ path }) => path.split(" ")[0] === word);
    if (!known && meant !== undefined && word !== meant) {
      return { text: `unknown word "${word}": did you mean ${meant}?\n` };
    }
    this.#remember();
    return {
      text: splitScript(line)
        .map((command) => this.#command(command.line))
        .join(""),
    };
  }

  #command(line: string): string {
    const problem = shellProblem(line);
    return problem === undefined ? this.#kubectl(line) : `rollsim: ${problem.message}\n`;
  }

  #kubectl(line: string, stdin?: string): string {
    let text = "";
    const print = (part: string): void => {
      text += part;
    };
    const { namespace, readFile } = this.#options;
    const until = this.#cluster.now + PATIENCE_MS;
    const given = stdin === undefined ? {} : { stdin };
    const streams = { ...given, namespace, readFile, customResources: "any" as const };
    runKubectl(this.#cluster, withKubectl(line), { ...streams, out: print, err: print }, { until });
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
      return `${word}: ${duration.why}; as in ${example}\n`;
    }
    if (word === "rewind") return this.#rewind(duration.ms);
    this.#remember();
    const at = word === "step" ? this.#cluster.now + duration.ms : duration.ms;
    if (at < this.#cluster.now) return "That time is over: rewind goes back.\n";
    this.#cluster.runUntil(at);
    return this.#summary();
  }

  #step(): string {
    this.#remember();
    return this.#cluster.step() ? this.#summary() : "Nothing more happens by itself.\n";
  }

  #runUntilReady(): string {
    this.#remember();
    const limit = this.#cluster.now + PATIENCE_MS;
    const ready = (): boolean => this.#deployments().every(isComplete);
    while (!ready() && (this.#cluster.nextEventAt() ?? Infinity) <= limit) this.#cluster.step();
    if (ready()) return this.#summary();
    const nothing = this.#cluster.nextEventAt() === undefined;
    const why = nothing ? "nothing more happens by itself" : "an hour has passed";
    return `${this.#summary()}Not ready, and ${why}: ask why.\n`;
  }

  #rewind(by: Millis): string {
    const target = Math.max(0, this.#cluster.now - by);
    while (this.#past.length > 1 && this.#past.at(-1)!.at > target) this.#past.pop();
    const last = this.#past.at(-1);
    if (last === undefined || last.at > target) return "Nothing is remembered from then.\n";
    this.#cluster = Cluster.restore(last.snapshot);
    this.#cluster.runUntil(target);
    return this.#summary();
  }

  #remember(): void {
    this.#past.push({ at: this.#cluster.now, snapshot: this.#cluster.save() });
    if (this.#past.length > SNAPSHOTS) this.#past.shift();
  }

  #summary(): string {
    const lines = this.#deployments().map(({ metadata, spec, status }) => {
      const { readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
      return (
        `deployment/${metadata.name}: ${readyReplicas}/${spec.replicas} ready, ` +
        `${updatedReplicas} up-to-date, ${availableReplicas} available`
      );
    });
    return `${[formatDuration(this.#cluster.now), ...lines].join("\n")}\n`;
  }

  #why(name: string | undefined): string {
    const wanted = name?.split("/").at(-1);
    const found = this.#deployments().filter(
      ({ metadata }) => wanted === undefined || metadata.name === wanted,
    );
    const texts = found.flatMap(({ metadata }) => {
      const key = `${metadata.namespace ?? "default"}/${metadata.name}`;
      const explanation = explainDeployment(this.#cluster, key);
      return explanation === undefined ? [] : [explanationText(explanation)];
    });
    if (texts.length > 0) return texts.join("\n");
    return wanted === undefined ? "There is no Deployment.\n" : `no Deployment ${wanted}\n`;
  }

  #events(): string {
    const events = this.#cluster.api.list("events") as readonly Event[];
    const sorted = events.toSorted((a, b) => (a.lastTimestamp < b.lastTimestamp ? -1 : 1));
    const lines = sorted.slice(-LATEST_EVENTS).map(({ type, reason, involvedObject, message }) => {
      const about = `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`;
      return `${type} ${reason} ${about}: ${message}`;
    });
    return lines.length === 0 ? "No events.\n" : `${lines.join("\n")}\n`;
  }

  #deployments(): readonly Deployment[] {
    return this.#cluster.api.list("deployments") as readonly Deployment[];
  }
}

const WORDS = [
  "kubectl",
  "step",
  "run until ready",
  "why",
  "rewind",
  "events",
  "time",
  "help",
  "quit",
] as const;

const FIRST_WORDS = WORDS.map((word) => word.split(" ")[0]!);

function withKubectl(line: string): string {
  const trimmed = line.trim();
  return /^(kubectl|k)\s/.test(trimmed) ? trimmed : `kubectl ${trimmed}`;
}

function isComplete({ metadata, spec, status }: Deployment): boolean {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration } = status;
  return (
    observedGeneration === metadata.generation &&
    updatedReplicas === spec.replicas &&
    replicas === spec.replicas &&
    availableReplicas === spec.replicas
  );
}
