/** Why something happened, as a timeline tells it: a decision, or what several pods of a revision have met. */
import type { DecisionEntry, WriteEntry } from "../api/trace.ts";
import { revisionOf, type Rollout, type Rollouts } from "../scenario/rollouts.ts";

export interface Reason {
  readonly id: string;
  /** The Deployment or ReplicaSet that was decided about. */
  readonly about: string;
  readonly mark: "+" | "▲" | "▼" | "•";
  /** By how many pods something grows or shrinks. */
  readonly pods: number;
  readonly text: string;
}

/** The decision's sentence; ReplicaSets are called by their revision once they have been named. */
export function reasonOf(
  { id, key, sentence, weighed }: DecisionEntry,
  rollouts: Rollouts,
): Reason {
  const about = key.slice(key.indexOf("/") + 1);
  const { from, to } = weighed;
  let mark: Reason["mark"] = id === "deployment/new/create" ? "+" : "•";
  if (typeof from === "number" && typeof to === "number" && from !== to) {
    mark = to > from ? "▲" : "▼";
  } else if (id.includes("scale-down") || id.endsWith("saturated")) mark = "▼";
  const sizes = [from, to].map((size) => (typeof size === "number" ? size : 0));
  const pods = Math.abs((sizes[0] ?? 0) - (sizes[1] ?? 0));
  if (id === "deployment/new/create") return { id, about, mark, pods, text: sentence };
  let text = sentence;
  for (const { sets } of rollouts.all()) {
    for (const set of sets) {
      // A controller whose cache lags may give one revision twice.
      if (sets.some((other) => other !== set && revisionOf(other) === revisionOf(set))) continue;
      const whole = new RegExp(`${set.metadata.name}(?![-\\w])`, "gu");
      text = text.replaceAll(whole, `revision ${revisionOf(set)}`);
    }
  }
  return { id, about, mark, pods, text };
}

/** Who evicts, and how that is told. */
const evictions: Readonly<Record<string, (pods: string) => string>> = {
  drain: (pods) => `The drain evicts ${pods}.`,
  "taint-eviction-controller": (pods) =>
    `Evicted, as long as they tolerated their node to be gone: ${pods}.`,
};

/** With a pod that somebody else deletes than the controller of its ReplicaSet. */
export function withEviction(
  reasons: Reason[],
  { by, name, error }: WriteEntry,
  rollouts: Rollouts,
): Reason[] {
  const says = evictions[by];
  if (says === undefined || error !== undefined) return reasons;
  return withPod(reasons, rollouts, name, { name: `evicted/${by}`, says }) ?? reasons;
}

export function withRefusedEviction(
  reasons: Reason[],
  { id, weighed, sentence }: DecisionEntry,
  rollouts: Rollouts,
): Reason[] {
  const pod = String(weighed["pod"]);
  const why = sentence.slice(0, sentence.indexOf(`: ${pod}`));
  const fate: Fate = {
    name: `${id}/${String(weighed["budget"])}`,
    says: (pods, count) => `${why}: ${pods} ${count === 1 ? "is" : "are"} not evicted.`,
  };
  return (
    withPod(reasons, rollouts, pod, fate) ?? [
      ...reasons,
      { id, about: pod, mark: "•", pods: 0, text: sentence },
    ]
  );
}

interface Fate {
  readonly name: string;
  readonly says: (pods: string, count: number) => string;
}

/** One more pod of a revision with the same fate; undefined: of no Deployment. */
function withPod(
  reasons: readonly Reason[],
  rollouts: Rollouts,
  pod: string,
  { name, says }: Fate,
): Reason[] | undefined {
  const rollout = rollouts.all().find((one) => setOf(one, pod) !== undefined);
  if (rollout === undefined) return undefined;
  const revision = revisionOf(setOf(rollout, pod)!);
  const about = rollout.deployment.metadata.name;
  const id = `${name}/${revision}`;
  const before = reasons.find((reason) => reason.id === id && reason.about === about);
  const pods = (before?.pods ?? 0) + 1;
  const named =
    pods === 1 ? `a pod of revision ${revision}` : `${pods} pods of revision ${revision}`;
  const others = reasons.filter((reason) => reason !== before);
  return [...others, { id, about, mark: "•", pods, text: says(named, pods) }];
}

function setOf({ sets }: Rollout, pod: string): Rollout["sets"][number] | undefined {
  return sets.find(({ metadata }) => pod.startsWith(`${metadata.name}-`));
}
