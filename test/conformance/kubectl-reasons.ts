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
    matches: numbered([
      ["newcomer-2", 62],
      ["newcomer-2", 104],
      ["newcomer-2", 106],
      ["newcomer-2", 107],
      ["newcomer-2", 108],
    ]),
    why: "rollsim has no HorizontalPodAutoscaler controller and none for IP addresses to write events",
  },
  {
    matches: numbered([["newcomer-2", 210]]),
    why: "what is in a namespace stays in rollsim when the namespace is deleted",
  },
  {
    matches: line(/^(kustomize|completion|create (secret|job)|get (secret|componentstatuses))/),
    why: "not supported in rollsim, which says so",
  },
  { matches: line(/^get quota/), why: "the recorded cluster ran no controller for quotas" },
  {
    matches: line(/^delete deploy,svc --all/),
    why: "the real API server makes its own Service again when it is deleted",
  },
  {
    matches: ({ scenario, seq }, text) =>
      (scenario === "apply" && seq >= 31) || /--server-side|--show-managed-fields/.test(text),
    why: "the simulated API server neither serves server-side apply nor keeps owners of fields",
  },
  {
    matches: line(/^api-(resources|versions)/),
    why: "rollsim serves fewer kinds",
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
    matches: line(/^get nodes/),
    why: "rollsim's nodes are places for pods, not objects of its API",
  },
  {
    matches: line(/^(get )?events .*-w/),
    why: "the events of one instant come in another order when they are followed",
  },
  {
    matches: numbered([["create", 120]]),
    why: "rollsim has no controller for IP addresses to write events",
  },
  {
    matches: numbered([
      ["watch", 12],
      ["watch", 18],
    ]),
    why: "a stopping pod's containers end without a last status of their own, Completed",
  },
  {
    matches: numbered([
      ["deadline", 28],
      ["deadline", 30],
      ["deadline", 31],
      ["deadline", 35],
    ]),
    why: "when a crashed container runs again, and since when it waits, is simulated more coarsely",
  },
  {
    matches: line(/^(get pods -o (yaml|json)|describe pod)/),
    why: "pods lack fields that no rollout depends on: container ids, probe times and messages of conditions",
  },
  {
    matches: numbered([
      ["create", 26],
      ["create", 27],
    ]),
    why: "a pod with two containers becomes ready as its fastest image says, not its slowest",
  },
  {
    matches: line(/^get endpointslices .*yaml/),
    why: "the real controller drops its trigger-time annotation after some updates, rollsim keeps it",
  },
  {
    matches: line(/--dry-run=server/),
    why: "what a dry run would create has neither uid nor creation time",
  },
  {
    matches: line(/^diff /),
    why: "what a dry run would create has neither uid nor creation time",
  },
  {
    matches: line(/^get rs -o yaml|^rollout history .*-o json/),
    why: "ReplicaSets print minReadySeconds when it is 0",
  },
];

export function reasonFor(recorded: RecordedCommand): string | undefined {
  const text = recorded.args.join(" ");
  return reasons.find(({ matches }) => matches(recorded, text))?.why;
}
