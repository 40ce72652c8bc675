/** What goes on from another cluster, broken: where its pods stand, what is taken from them, what is left out. */
import { noticedBy, type Mutant } from "./mutant.ts";

const goingOn = noticedBy(
  ["cluster/take-over.test.ts"],
  [
    [
      "pods are as old as the run",
      "kubelet/adopt-pod",
      `createdS: found.createdS, restarts`,
      `restarts`,
    ],
    [
      "pods have never been restarted",
      "kubelet/adopt-pod",
      `, restarts: found.restarts });`,
      ` });`,
    ],
    [
      "how a container ended is forgotten",
      "kubelet/adopt-pod",
      `if (found.exit !== undefined) store.pods.noteExit(row, found.exit);`,
      ``,
    ],
    [
      "a pod that is asked to stop goes on",
      "kubelet/adopt-pod",
      `if (found.deletionS !== undefined) {`,
      `if (found.deletionS === 0) {`,
    ],
    [
      "a container that runs begins anew",
      "kubelet/adopt-pod",
      `return goOn.run(since(startedS));`,
      `return goOn.run(0);`,
    ],
    [
      "the wait of a pod that starts begins anew",
      "kubelet/adopt-pod",
      `return goOn.begin(since(found.scheduledS));`,
      `return goOn.begin(0);`,
    ],
    [
      "a back-off begins anew",
      "kubelet/adopt-pod",
      `return goOn.restart(since(exit?.finishedS));`,
      `return goOn.restart(0);`,
    ],
    [
      "a pod is ready since the run began",
      "kubelet/adopt-pod",
      `store.setPodReady(row, readyS);`,
      `store.setPodReady(row);`,
    ],
    [
      "a container that has just crashed is in its back-off",
      "kubelet/adopt-pod",
      `state === "crashed" ? PodReason.crashed : PodReason.crashLoopBackOff`,
      `PodReason.crashLoopBackOff`,
    ],
    [
      "what happened before is told as an Event",
      "apiserver/events/pod-listener",
      `if (isSilent()) return;`,
      ``,
    ],
    [
      "a new pod gets the name of one that came from elsewhere",
      "apiserver/pod-registry",
      `if (generated) this.#passTaken(rows, namespace, prefix);`,
      ``,
    ],
  ],
);

const taken = noticedBy(
  ["scenario/from-cluster.test.ts"],
  [
    [
      "the shortest time counts",
      "scenario/fitted",
      `return times[times.length >> 1];`,
      `return times[0];`,
    ],
    [
      "a restarted container's times count",
      "scenario/fitted",
      `pods.filter(({ restarts }) => restarts === 0)`,
      `pods.filter(({ restarts }) => restarts >= 0)`,
    ],
    [
      "all fail where one does",
      "scenario/fitted",
      `sound === 0 ? {} : { probability: hit / (hit + sound) }`,
      `{}`,
    ],
    ["nobody is patient", "scenario/fitted", `2 * last + PATIENCE_MS`, `last`],
    [
      "a Scenario's behaviors come last",
      "scenario/fitted",
      `[...own.behaviors, ...taken]`,
      `[...taken, ...own.behaviors]`,
    ],
    [
      "the clock is the first time that is told",
      "scenario/fitted",
      `(a > b ? a : b)`,
      `(a > b || a.startsWith("2000") ? b : a)`,
    ],
    [
      "there is room where a pod found none",
      "scenario/fitted-nodes",
      `pods: closed ? here : most`,
      `pods: most`,
    ],
    [
      "a cordoned node takes pods",
      "scenario/fitted-nodes",
      `full || (node !== undefined`,
      `full && (node !== undefined`,
    ],
    [
      "pods that a restart makes are well",
      "kubelet/behavior",
      `!deepEqual(match.podSpec, template.spec)`,
      `match.podSpec !== template.spec`,
    ],
    [
      "an image that could not be pulled can be with other settings",
      "scenario/fitted",
      `return missing.map((image) => ({ match: { labels, image }, ...life }));`,
      `return missing.slice(99).map((image) => ({ match: { labels, image }, ...life }));`,
    ],
    ["other pods take no room", "scenario/fitted-nodes", `rest - (amounts[name] ?? 0)`, `rest`],
    [
      "a ReplicaSet goes on without its pods",
      "scenario/from-cluster",
      `pods[index]!.length > 0 || !hasPods(set)`,
      `pods[index]!.length >= 0`,
    ],
  ],
);

const later = noticedBy(
  ["conformance/found.test.ts"],
  [
    [
      "a pod's fault is not taken over",
      "scenario/fitted",
      `...(fault && { fault: fault.fault })`,
      ``,
    ],
    [
      "the pods of a new version have no times",
      "scenario/fitted",
      `const others = { match: { labels }, ...delaysOf(known, known), ...terminate };`,
      `const others = { match: { labels }, fault: { type: "NeverReady" } as const };`,
    ],
  ],
);

export const foundMutants: readonly Mutant[] = [...goingOn, ...taken, ...later];
