/** Known failures that `explain` names, broken: what keeps one from being named, and whom it is put down to. */
import { noticedBy, type Mutant } from "./mutant.ts";

const pods = "explain/failures-of-pods";
const room = "explain/failures-of-room";
const settings = "explain/failures-of-settings";

const ofRoom = noticedBy(
  ["explain/failures-of-room.test.ts"],
  [
    [
      "as many terminating pods as the surge leaves room for are too many",
      room,
      `asked + terminating <= allowed`,
      `asked + terminating < allowed`,
    ],
    [
      "terminating pods of the new ReplicaSet keep no room",
      room,
      `const terminating = [...nextPods, ...oldPods].filter`,
      `const terminating = oldPods.filter`,
    ],
    [
      "pods on the only node that there is are all on one node",
      room,
      ` && cluster.api.list("nodes").length > 1;`,
      `;`,
    ],
    [
      "pods are all on one node in mid-rollout, before the others are placed",
      room,
      `state === "rolling" || pods.length < 2`,
      `pods.length < 2`,
    ],
    [
      "a namesake elsewhere has the pods that were preempted",
      room,
      `entry.about.namespace === namespace &&`,
      ``,
    ],
    [
      "a volume whose holder has failed is a deadlock",
      room,
      `isTerminating(holder) || startedAt(pod) !== "~"`,
      `isTerminating(holder)`,
    ],
    [
      "a spread that is lost in any way was lost in the rollout",
      room,
      `state === "rolling" || !areAsPlaced(seen)`,
      `state === "rolling"`,
    ],
    [
      "pods of any ReplicaSet come and go in the rollout",
      room,
      `entry.key === key && MOVES.has`,
      `MOVES.has`,
    ],
    [
      "nodes that have no pods of it are in no domain",
      room,
      `counts.set(domain, counts.get(domain) ?? 0);`,
      ``,
    ],
    [
      "nodes without a domain are one",
      room,
      `    if (domain === undefined) continue;\n    domains`,
      `    domains`,
    ],
    [
      "pods that were preempted once are for ever",
      room,
      `victims.length === 0 || ready >= deployment.spec.replicas`,
      `victims.length === 0`,
    ],
    [
      "a single pod that was preempted is many",
      room,
      `waiting === 1 ? "waits" : "wait"`,
      `waiting === 0 ? "waits" : "wait"`,
    ],
    [
      "a volume whose holder is terminating is a deadlock",
      room,
      `isTerminating(holder) || startedAt`,
      `startedAt`,
    ],
    [
      "a pod that got its address late still waits for it",
      room,
      `startedAt(pod) === "~" && eventAbout`,
      `eventAbout`,
    ],
  ],
);

const ofPods = noticedBy(
  ["explain/failures-of-pods.test.ts"],
  [
    [
      "what an autoscaler adds is put down to a change of replicas in the manifest",
      pods,
      `  if (autoscalerOf(seen) !== undefined) return undefined; // hpa-ratchet\n`,
      ``,
    ],
    [
      "old pods in place of new ones that do not start are scaled and shipped",
      pods,
      `late.length === 0 || isStuck)`,
      `late.length === 0)`,
    ],
    [
      "a scaling before the release made the old pods that came after it",
      pods,
      `entry.kind !== "decision" || entry.at < since`,
      `entry.kind !== "decision"`,
    ],
    [
      "a scaling to fewer gives a ReplicaSet more pods",
      pods,
      `names.has(replicaSet) && to! > from!`,
      `names.has(replicaSet)`,
    ],
    [
      "the scaling of a namesake elsewhere is a Deployment's own",
      pods,
      `    if (entry.key !== \`\${namespace}/\${name}\`) return false;\n`,
      ``,
    ],
    [
      "old pods that were asked for, and could not be made, are scaled and shipped",
      pods,
      `late.length === 0 || isStuck)`,
      `isStuck)`,
    ],
    [
      "pods that were asked for, and could not be made, are stuck",
      pods,
      `late.length === 0 || stuck.length < nextPods.length`,
      `stuck.length < nextPods.length`,
    ],
    [
      "a template one of whose pods starts is stuck",
      pods,
      ` || stuck.length < nextPods.length) return`,
      `) return`,
    ],
    [
      "pods that stop being ready one after another share what they need",
      pods,
      `ready.lastTransitionTime === since && began`,
      `began`,
    ],
  ],
);

const ofSettings = noticedBy(
  ["explain/failures-of-settings.test.ts"],
  [
    [
      "a manifest that is not the last change is reverted, though nothing was undone",
      settings,
      `  if (next?.metadata.annotations?.[REVISION_HISTORY] === undefined) return undefined;\n`,
      ``,
    ],
  ],
);

export const explainMutants: readonly Mutant[] = [...ofRoom, ...ofPods, ...ofSettings];
