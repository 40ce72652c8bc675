/**
 * kubectl drain: cordons nodes, evicts their pods as budgets allow, asking again every 5 s, and waits until
 * they are gone. Mirrors kubectl/pkg/cmd/drain and pkg/drain (v0.37.2); pods are asked for one after the
 * other, where kubectl asks for all at once.
 */
import type { KubeObject, Millis } from "../../api/meta.ts";
import type { Status } from "../../api/status.ts";
import { controllerOf } from "../../api/meta.ts";
import { parseLabelSelector } from "../../apiserver/selectors.ts";
import { dryRunOf, type Call, type DryRun } from "../call.ts";
import { exitWith } from "../errors.ts";
import { at, list, text } from "../fields.ts";
import { reporter, type Reporter } from "../output/report.ts";
import type { Info } from "../resolve.ts";
import { nodesOf, setUnschedulable } from "./cordon.ts";

const RETRY_MS = 5000;
const POLL_MS = 1000;
/** A drain without an end is given up after so much virtual time. */
const LONGEST_MS = 24 * 3_600_000;

export function drain(call: Call): void {
  const dryRun = dryRunOf(call);
  if (!parseLabelSelector(call.flags.text("pod-selector")).ok) {
    exitWith("error: --pod-selector=<pod_selector> must be a valid label selector");
  }
  const nodes = nodesOf(call);
  setUnschedulable(call, nodes, "cordoned", dryRun);
  const report = reporter(call, dryRun);
  const failed: { readonly name: string; readonly problems: readonly string[] }[] = [];
  for (const node of nodes) {
    const problems = drainOne(call, node, dryRun);
    if (problems.length === 0) {
      report(node.object, "drained");
      continue;
    }
    const { name } = node.ref;
    const why = problems.length === 1 ? problems[0] : `[${problems.join(", ")}]`;
    call.io.err(
      `error: unable to drain node "${name}" due to error: ${why}, continuing command...\n`,
    );
    failed.push({ name, problems });
  }
  if (failed.length === 0) return;
  const pending = failed.map(({ name }) => ` ${name}\n`).join("");
  call.io.err(`There are pending nodes to be drained:\n${pending}`);
  exitWith(failed.flatMap(({ problems }) => problems).join("\n"));
}

function drainOne(call: Call, node: Info, dryRun: DryRun): readonly string[] {
  const { pods, problems, warnings } = podsToGo(call, node.ref.name);
  if (problems.length > 0) return problems;
  if (warnings.length > 0) call.io.err(`Warning: ${warnings.join("; ")}\n`);
  if (dryRun !== "none") {
    const how = dryRun === "client" ? "dry run" : "server dry run";
    for (const { metadata } of pods) {
      call.io.out(`evicting pod ${metadata.namespace}/${metadata.name} (${how})\n`);
    }
    return [];
  }
  const failures = new Eviction(call, pods).run();
  const [failure] = failures;
  if (failure === undefined) return [];
  const left = podsToGo(call, node.ref.name).pods;
  if (left.length > 0) {
    const why = failures.length === 1 ? failure : `[${failures.join(", ")}]`;
    const names = left.map(({ metadata }) => `pod/${metadata.name}\n`).join("");
    const head = `There are pending pods in node "${node.ref.name}" when an error occurred`;
    call.io.err(`${head}: ${why}\n${names}`);
  }
  return failures;
}

interface PodsToGo {
  readonly pods: readonly KubeObject[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Mirrors pkg/drain/filters.go: what keeps a pod from being evicted, or is worth a warning. */
function podsToGo(call: Call, node: string): PodsToGo {
  const { flags, io } = call;
  const selector = flags.text("pod-selector");
  const found = io.client.list("pods", {
    fieldSelector: `spec.nodeName=${node}`,
    ...(selector === "" ? {} : { labelSelector: selector }),
  });
  const problems = new Map<string, string[]>();
  const warnings = new Map<string, string[]>();
  const note = (notes: Map<string, string[]>, message: string, { metadata }: KubeObject): void => {
    const name = `${metadata.namespace}/${metadata.name}`;
    notes.set(message, [...(notes.get(message) ?? []), name]);
  };
  const pods = found.filter((pod) => {
    const ended = ["Succeeded", "Failed"].includes(text(pod, "status", "phase"));
    if (pod.metadata.deletionTimestamp !== undefined && ended) return true;
    if (list(pod, "spec", "volumes").some((each) => at(each, "emptyDir") !== undefined) && !ended) {
      if (flags.bool("delete-emptydir-data")) {
        note(warnings, "deleting Pods with local storage", pod);
      } else {
        const hint = "(use --delete-emptydir-data to override)";
        note(problems, `cannot delete Pods with local storage ${hint}`, pod);
      }
    }
    if (controllerOf(pod.metadata) === undefined && !ended) {
      if (flags.bool("force")) note(warnings, "deleting Pods that declare no controller", pod);
      else {
        note(
          problems,
          "cannot delete Pods that declare no controller (use --force to override)",
          pod,
        );
      }
    }
    return true;
  });
  return { pods, problems: told(problems), warnings: told(warnings) };
}

function told(notes: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...notes].map(([message, names]) => `${message}: ${names.join(", ")}`);
}

interface Leaving {
  readonly pod: KubeObject;
  /** When to ask, or to look, again. */
  due: Millis;
  state: "to be evicted" | "evicted" | "over";
}

class Eviction {
  readonly #call: Call;
  readonly #leaving: readonly Leaving[];
  readonly #end: Millis;
  readonly #limit: number;
  readonly #report: Reporter;
  readonly #failures: string[] = [];

  constructor(call: Call, pods: readonly KubeObject[]) {
    this.#call = call;
    const { now } = call.io.client;
    this.#leaving = pods.map((pod) => ({ pod, due: now, state: "to be evicted" }));
    this.#limit = call.flags.duration("timeout");
    this.#end = now + (this.#limit > 0 ? this.#limit : LONGEST_MS);
    this.#report = reporter(call, "none");
  }

  /** What went wrong. */
  run(): readonly string[] {
    const { io } = this.#call;
    for (;;) {
      const open = this.#leaving.filter(({ state }) => state !== "over");
      if (open.length === 0) return this.#failures;
      const { now } = io.client;
      if (now >= this.#end) return this.#giveUp(open);
      for (const leaving of open.filter(({ due }) => due <= now)) {
        if (leaving.state === "to be evicted") this.#evict(leaving);
        else this.#look(leaving);
      }
      const next = open.filter(({ state }) => state !== "over").map(({ due }) => due);
      const until = Math.min(this.#end, ...next);
      while (next.length > 0 && io.client.now < until) {
        if (io.advance(until) === "idle" && io.client.now < until) {
          exitWith("rollsim: the run ends before all pods are gone");
        }
      }
    }
  }

  #evict(leaving: Leaving): void {
    const { io, flags } = this.#call;
    const { name, namespace = "default" } = leaving.pod.metadata;
    io.out(`evicting pod ${namespace}/${name}\n`);
    const grace = flags.int("grace-period");
    const options = grace < 0 ? {} : { gracePeriodSeconds: grace };
    const ref = { resource: "pods", namespace, name };
    const answer = flags.bool("disable-eviction")
      ? io.client.delete(ref, options)
      : io.client.evict(ref, options);
    if (answer.ok) {
      leaving.state = "evicted";
      leaving.due = io.client.now;
      this.#look(leaving);
    } else this.#refused(leaving, answer.status);
  }

  #refused(leaving: Leaving, status: Status): void {
    const { name, namespace } = leaving.pod.metadata;
    const what = `error when evicting pods/"${name}" -n "${namespace}"`;
    if (status.code === 429) {
      this.#call.io.err(`${what} (will retry after 5s): ${status.message}\n`);
      leaving.due = this.#call.io.client.now + RETRY_MS;
      return;
    }
    leaving.state = "over";
    if (status.reason !== "NotFound") this.#failures.push(`${what}: ${status.message}`);
  }

  #look(leaving: Leaving): void {
    const { client } = this.#call.io;
    const { name, namespace = "default", uid } = leaving.pod.metadata;
    const found = client.get({ resource: "pods", namespace, name });
    if (found.ok && found.value.metadata.uid === uid) {
      leaving.due = client.now + POLL_MS;
      return;
    }
    leaving.state = "over";
    this.#report(leaving.pod, "evicted");
  }

  #giveUp(open: readonly Leaving[]): readonly string[] {
    const limit = `${this.#limit / 1000}s`;
    const failures = open.map(({ pod: { metadata }, state }) =>
      state === "evicted"
        ? `error when waiting for pod "${metadata.name}" in namespace "${metadata.namespace}" to ` +
          `terminate: global timeout reached: ${limit}`
        : `error when evicting pods/"${metadata.name}" -n "${metadata.namespace}": ` +
          `global timeout reached: ${limit}`,
    );
    return [...this.#failures, ...failures];
  }
}
