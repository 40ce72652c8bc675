/** Why a recorded command still prints something else. Each reason holds for the commands it matches. */
import type { RecordedCommand } from "./kubectl-recording.ts";

interface Reason {
  readonly matches: (recorded: RecordedCommand, line: string) => boolean;
  readonly why: string;
}

type Numbered = readonly (readonly [string, number])[];

/** By scenario and number: what was printed depends on tenths of a second of the recorded cluster's work. */
const races: Numbered = [
  ["tutorial-4", 1],
  ["tutorial-10", 1],
  ["tutorial-10", 19],
  ["newcomer", 87],
  ["create", 126],
  ["create", 127],
  ["status-many", 71],
  ["status-many", 76],
  ["ab-testing", 67],
  ["failing-guide", 8],
  ["failing-guide", 9],
  ["failing-guide", 10],
  ["failing-guide", 45],
  ["rolling-guide", 51],
  ["canary-2", 53],
  ["mistakes", 102],
  ["waiting", 65],
  ["surge-forms", 25],
  ["surge-forms", 36],
  ["surge-forms", 86],
  ["rollover", 10],
  ["rollover", 24],
  ["crashing", 6],
  ["bad-image", 22],
  ["bad-image", 27],
  ["patching-2", 59],
  ["by-hand", 30],
  ["watch-2", 14],
  ["watch-2", 15],
  ["watch-2", 25],
  ["patching", 38],
  ["patching", 89],
  ["deadline-2", 22],
  ["proportional-2", 22],
  ["creating", 198],
  ["replicasets", 40],
  ["replicasets", 61],
  ["differing", 38],
  ["differing", 43],
  ["differing", 55],
  ["outputs", 10],
  ["outputs", 12],
  ["outputs", 18],
  ["outputs", 20],
  ["outputs", 38],
  ["tutorial-5", 43],
  ["tutorial-6", 43],
  ["tutorial-6", 46],
  ["tutorial-8", 1],
  ["tutorial-8", 11],
  ["tutorial-8", 16],
  ["tutorial-8", 24],
  ["releases", 9],
  ["releases", 11],
  ["releases", 42],
  ["canary-3", 30],
  ["status-many-2", 57],
  ["status-many-2", 62],
  ["create-3", 43],
  ["create-3", 45],
  ["create-3", 61],
  ["mistakes-2", 55],
  ["mistakes-2", 100],
  ["many-files", 14],
  ["orphan-pods", 17],
  ["env-res", 19],
  ["percents", 6],
  ["percents", 11],
  ["percents-odd", 11],
  ["strategy-switch", 15],
];

const numbered =
  (list: Numbered): Reason["matches"] =>
  ({ scenario, seq }) =>
    list.some(([name, number]) => name === scenario && number === seq);

const line =
  (pattern: RegExp): Reason["matches"] =>
  (_, text) =>
    pattern.test(text);

const reasons: readonly Reason[] = [
  {
    matches: ({ scenario, seq }) =>
      scenario === "running" && [48, 62, 88, 92, 93, 99].includes(seq),
    why: "a kubelet starts a container with a new image anew, the recorded stand-in for one does not",
  },
  {
    matches: ({ scenario }) => scenario === "containers",
    why: "thirty changes in ten seconds: how many revisions come of them depends on tenths of a second",
  },
  {
    matches: numbered([
      ["watch-2", 11],
      ["watch-2", 14],
    ]),
    why: "the second of a restart, which the ReplicaSet's hash depends on, is not known exactly",
  },
  {
    matches: numbered([
      ["undoing", 45],
      ["eventing", 31],
      ["eventing", 32],
    ]),
    why: "the recorded stand-in for a kubelet took some hundredths of a second more than rollsim's to fail again",
  },
  {
    matches: numbered([
      ["budgets", 25],
      ["budgets", 27],
      ["budgets", 28],
    ]),
    why: "which of several budgets of a pod is looked at is left to the order of a Go map; the others lag behind",
  },
  {
    matches: numbered([["deleting", 108]]),
    why: "the events had been deleted by a command that is left out",
  },
  {
    matches: ({ scenario }, text) =>
      (scenario === "nodes-2" && text.startsWith("drain")) ||
      text.startsWith("drain node-1 --timeout=3s"),
    why: "kubectl evicts all pods at once, so that they are told of in any order",
  },
  {
    matches: line(/^get .*\{\.spec\.\*\}/),
    why: "the order of a Go map, another one in every run",
  },
  {
    matches: line(/--raw|jsonpath --override|^describe events|--schedule=\* \* \*$/),
    why: "not done: requests on other paths, and kinds that rollsim only keeps",
  },
  {
    matches: ({ scenario, seq }) =>
      (scenario === "creating" && [94, 171, 172, 207].includes(seq)) ||
      (scenario === "running" && seq === 82) ||
      (scenario === "timeouts" && seq === 18) ||
      (scenario === "editing" && [18, 34].includes(seq)) ||
      (scenario === "apply-3" && [44, 57].includes(seq)) ||
      (scenario === "outputs" && [3, 26].includes(seq)) ||
      (scenario === "server-side" && [37, 45].includes(seq)),
    why: "not done: rare flags and texts, the order of fields in kinds that are only kept, uids of the first namespaces",
  },
  {
    matches: numbered([
      ["newcomer-2", 62],
      ["newcomer-2", 104],
      ["newcomer-2", 106],
      ["newcomer-2", 107],
      ["newcomer-2", 108],
    ]),
    why: "rollsim has no controller for IP addresses to write events; the rest is a race",
  },
  {
    matches: line(
      /^(cluster-info dump|auth reconcile|plugin list|explain hpa --api|config (delete|rename|unset|set-cluster)|get (componentstatuses|cs)$)/,
    ),
    why: "not supported in rollsim, which says so",
  },
  {
    matches: ({ scenario }, text) =>
      scenario === "kinds" && /^(get|describe) (quota|ns)\b/.test(text),
    why: "the recorded cluster counted no quotas",
  },
  {
    matches: numbered([
      ["storage-net", 23],
      ["storage-net", 24],
      ["storage-net", 30],
      ["storage-net", 33],
    ]),
    why: "the recorded cluster ran no controller that lets go of volumes and claims which are deleted",
  },
  {
    matches: line(/https?:|openapiv2/),
    why: "a form of the command that rollsim does not know: networks, old layouts",
  },
  {
    matches: numbered([["objects", 57]]),
    why: "another scenario had left an object of that name on the recorded cluster",
  },
  {
    matches: line(/^(get|describe) (quota|ns staging)/),
    why: "the recorded cluster ran no controller for quotas",
  },
  {
    matches: line(/^get (rollouts|canaries|virtualservices|httproutes)$/),
    why: "rollsim serves these kinds without their definitions, the recorded cluster had none",
  },
  {
    matches: ({ scenario, seq }) => scenario === "nodes" && [16, 43, 44].includes(seq),
    why: "the recorded stand-in for a scheduler puts pods on nodes that are cordoned",
  },
  { matches: line(/nodePort/), why: "a port that is drawn" },
  {
    matches: line(/^set env pods --all/),
    why: "the API server's difference between two pods has several shortest forms",
  },
  {
    matches: ({ scenario, seq }, text) =>
      text === "edit deploy one" || (scenario === "editing" && [25, 26].includes(seq)),
    why: "there is no editor to open",
  },
  {
    matches: line(/^delete deploy,svc --all/),
    why: "the real API server makes its own Service again when it is deleted",
  },
  {
    matches: line(/^(cluster-info|config |options)/),
    why: "names of another cluster, and its user's folder",
  },
  {
    matches: line(/^describe node/),
    why: "nodes are not described in full: rollsim has no capacity or lease to show",
  },
  {
    matches: numbered(races),
    why:
      "a race that the recorded cluster lost: it was still at work on what had been asked just before, " +
      "a few tenths of a second behind its pods",
  },
  {
    matches: line(/^(get )?events .*-w/),
    why: "the events of one instant come in another order when they are followed",
  },
  {
    matches: numbered([
      ["exposing", 46],
      ["exposing", 47],
      ["invalid", 6],
    ]),
    why: "which two of several are named, and where the search for errors ends, is left to the order of a Go map",
  },
  {
    matches: numbered([["applying-3", 13]]),
    why: "of several shortest differences between two texts, GNU diff and rollsim show one each",
  },
  {
    matches: numbered([["create", 120]]),
    why: "rollsim has no controller for IP addresses to write events",
  },
  {
    matches: line(/^(get pods? (solo |-l \S+ )?-o (yaml|json)|describe pod)/),
    why: "the stand-in for a kubelet gives containers ids, and conditions that are met the messages of those that are not",
  },
  {
    matches: line(/^get endpointslices .*yaml/),
    why: "the real controller drops its trigger-time annotation after some updates, rollsim keeps it",
  },
];

export function reasonFor(recorded: RecordedCommand): string | undefined {
  const text = recorded.args.join(" ");
  return reasons.find(({ matches }) => matches(recorded, text))?.why;
}
