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
