/** What can be seen before a run of what steps wait for and break: conditions, kinds, nodes. */
import { KINDS } from "../apiserver/kinds.ts";
import { conditionProblem } from "../kubectl/verbs/wait.ts";
import { nodeIn } from "./faults.ts";
import { nearest } from "./nearest.ts";
import type { FaultStep, WaitStep } from "./scenario.ts";

export interface TargetProblem {
  /** The key at fault. */
  readonly key: "for" | "on";
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const CONDITIONS = ["condition", "jsonpath", "delete", "create"];
const CONDITIONS_OF: Readonly<Record<string, readonly string[]>> = {
  deployments: ["Available", "Progressing", "ReplicaFailure"],
  pods: ["PodScheduled", "Initialized", "ContainersReady", "Ready", "DisruptionTarget"],
};
const KIND_WORDS = KINDS.flatMap(({ resource, singular, shortNames }) => [
  singular,
  resource,
  ...shortNames,
]);

export function waitProblems(step: WaitStep): readonly TargetProblem[] {
  const found: TargetProblem[] = [];
  const problem = conditionProblem(step.for);
  if (problem !== undefined) {
    const [word = ""] = step.for.split("=");
    const isBare = /^[A-Z]\w*(?:=\w+)?$/u.test(step.for);
    const best =
      nearest(word.toLowerCase(), CONDITIONS) ?? (isBare ? `condition=${step.for}` : undefined);
    const more = best === undefined ? {} : { hint: `did you mean "${best}"?` };
    found.push({ key: "for", code: "wait-for", message: problem, ...more });
  }
  const [, kind] = /^([^/\s]+)\/[^/\s]+$/u.exec(step.on) ?? [];
  if (kind === undefined) {
    const message = `got ${JSON.stringify(step.on)}; use a kind and a name, as in deploy/web`;
    return [
      ...found,
      { key: "on", code: "wait-on", message, ...withKind(step.on, ["deploy", "pod", "node"]) },
    ];
  }
  // A kind that nobody knows may be a custom one, unless it is nearly a known one.
  const typed = kind.toLowerCase();
  const condition = conditionMeant(typed, step.for);
  if (condition !== undefined) {
    const message = `nothing sets such a condition: ${JSON.stringify(step.for)} would time out`;
    found.push({ key: "for", code: "wait-for", message, hint: `did you mean "${condition}"?` });
  }
  const isKnown = typed.includes(".") || KIND_WORDS.includes(typed);
  const best = isKnown || typed.length < 5 ? undefined : nearest(typed, KIND_WORDS);
  if (best === undefined || isKnown) return found;
  const message = `there is no kind ${JSON.stringify(kind)}`;
  return [...found, { key: "on", code: "wait-on", message, hint: `did you mean "${best}"?` }];
}

/** The condition that a misspelt one of a Deployment or pod is nearest to; of other kinds there may be any. */
function conditionMeant(kind: string, wanted: string): string | undefined {
  const [, name = ""] = /^condition=([^=]+)/u.exec(wanted) ?? [];
  const info = KINDS.find((each) =>
    [each.singular, ...each.shortNames, each.resource].includes(kind),
  );
  const known = CONDITIONS_OF[info?.resource ?? ""] ?? [];
  if (name === "" || known.some((each) => each.toLowerCase() === name.toLowerCase())) return;
  const best = nearest(name, known);
  return best === undefined ? undefined : wanted.replace(name, best);
}

/** `nodes`: what those are called that there are. */
export function faultProblem(step: FaultStep, nodes: readonly string[]): TargetProblem | undefined {
  const { type, on } = step;
  const refuse = (message: string, hint: { hint?: string } = {}): TargetProblem => ({
    key: "on",
    code: "fault-on",
    message,
    ...hint,
  });
  const needs = `${on === undefined ? "" : `got ${JSON.stringify(on)}; `}${type} needs "on", as in`;
  switch (type) {
    case "NodeDown":
    case "NodeDrain": {
      const name = nodeIn(on);
      if (name === undefined) return refuse(`${needs} node/node-1`, withKind(on, ["node"]));
      if (nodes.includes(name)) return undefined;
      const all = nodes[0] === "node-1" ? `node-1 to ${nodes.at(-1)}` : nodes.join(", ");
      const missing = refuse(`there is no node ${JSON.stringify(name)}: there are ${all}`);
      return { ...missing, code: "unknown-node" };
    }
    case "PodKill":
    case "PodEvict":
    case "ProbeFail":
      if (!/^(?:pods?|po|deploy|deployments?)\/[^/\s]+$/u.test(on ?? "")) {
        return refuse(`${needs} pod/web-1 or deploy/web`, withKind(on, ["deploy", "pod"]));
      }
      return type === "ProbeFail" ? undefined : endless(step);
    case "ApiError":
      if (!/^(?:create|update|update\/status|patch|delete) \w+$/u.test(on ?? "")) {
        return refuse(`${needs} create pods or update/status deployments`);
      }
      return endless(step);
    case "RegistryDown":
    case "QuotaFull":
      return on === undefined ? undefined : refuse(`${type} concerns all: leave "on" out`);
  }
}

/** The kind that a name alone is likely of: a node's and that of a Deployment's pod look like it. */
function withKind(on: string | undefined, among: readonly string[]): { readonly hint?: string } {
  if (!/^[a-z\d](?:[-.a-z\d]*[a-z\d])?$/u.test(on ?? "")) return {};
  const isNode = /^node-\d+$/u.test(on ?? "");
  const isPod = /-[\da-z]{1,10}-[\da-z]{5}$/u.test(on ?? "");
  const kind = isNode ? "node" : isPod ? "pod" : "deploy";
  return among.includes(kind) ? { hint: `did you mean "${kind}/${on}"?` } : {};
}

/** What happens once does not end. */
function endless({ type, for: lasts }: FaultStep): TargetProblem | undefined {
  if (lasts === undefined) return undefined;
  return { key: "for", code: "fault-for", message: `${type} happens at once: leave "for" out` };
}
