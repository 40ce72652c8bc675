/**
 * KWOK's Stages (kwok.x-k8s.io/v1alpha1): what becomes of nodes and pods, when. Each says which objects it is for, how long
 * they wait, and what is then written to them; here no two are for the same pod at once, but for those between which a
 * weight decides. KWOK waits anew whenever somebody changes the object.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { Fault } from "../kubelet/behavior.ts";
import type { PodClass, Span } from "./pod-classes.ts";
import { mark, marks, podStatus } from "./pod-status.ts";

/** Which pod of its ReplicaSet it is, from 1; play.sh sees to it. */
export const ORDINAL = "rollsim.dev/ordinal";
const ordinal = `(.metadata.annotations["${ORDINAL}"] | tonumber)`;

interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

const holds = (key: string): Requirement => ({ key, operator: "In", values: ["true"] });
const holdsNot = (key: string): Requirement => ({ key, operator: "NotIn", values: ["true"] });
const exists = (key: string): Requirement => ({ key, operator: "Exists" });
const lacks = (key: string): Requirement => ({ key, operator: "DoesNotExist" });
const conditionIs = (type: string, status: "True" | "False"): Requirement => ({
  key: `.status.conditions[]? | select(.type == "${type}") | .status`,
  operator: "In",
  values: [status],
});

const isNew = lacks(".status.containerStatuses");
const isRunning = exists(".status.containerStatuses[0].state.running");
const isWaiting = exists(".status.containerStatuses[0].state.waiting");
const isReady = conditionIs("Ready", "True");
const isUnready = conditionIs("Ready", "False");
const wasUnready = conditionIs(marks.unready, "True");
const neverUnready: Requirement = { ...wasUnready, operator: "NotIn" };

type Delay = Readonly<Record<string, unknown>>;

function within({ least, most }: Span): Delay {
  const jitter = most > least ? { jitterDurationMilliseconds: most } : {};
  return { durationMilliseconds: least, ...jitter };
}

const after = (ms: Millis): Delay => ({ durationMilliseconds: ms });

/** Like the kubelet's: at once, then 10 s, 20 s ... 5 min, with the second in which it notices. */
const BACK_OFF: Delay = {
  durationFrom: {
    expressionFrom:
      '.status.containerStatuses[0].restartCount | if . == 0 then 1 else [1 + 10 * pow(2; . - 1), 301] | min end | "\\(.)s"',
  },
};

function stage(
  kind: "Node" | "Pod",
  name: string,
  matchExpressions: readonly Requirement[],
  delay: Delay,
  next: object,
  weight?: number,
): KubeObject {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: "v1", kind },
      selector: { matchExpressions },
      delay,
      ...(weight === undefined ? {} : { weight }),
      next,
    },
  };
}

const heartbeat = {
  statusTemplate: `conditions:
{{ $since := .metadata.creationTimestamp }}
{{ range NodeConditions }}
- { type: {{ .type }}, status: {{ Quote .status }}, reason: {{ .reason }}, message: {{ Quote .message }}, lastHeartbeatTime: {{ Quote Now }}, lastTransitionTime: {{ Quote $since }} }
{{ end }}
`,
};

export const nodeStages: readonly KubeObject[] = [
  stage("Node", "node-begins", [{ ...isReady, operator: "NotIn" }], after(0), heartbeat),
  stage("Node", "node-lives", [isReady], after(20_000), heartbeat),
];

/** Whether pods of a class have to be counted. */
export function isCounted({ behavior: { fault, ready } }: PodClass): boolean {
  return fault?.first !== undefined || ready?.extra?.some((ms) => ms !== 0) === true;
}

/** Of pods of one class: all of them, or those that a fault hits and those that it does not. */
interface Share {
  readonly suffix: string;
  readonly fault: Fault | undefined;
  readonly where: readonly Requirement[];
  readonly weight?: number;
  /** Decided with the first stage, and written down for the others. */
  readonly mark: string;
  readonly marked: readonly Requirement[];
}

function sharesOf({ behavior: { fault } }: PodClass): readonly Share[] {
  const { first, probability = 1 } = fault ?? {};
  const where = first === undefined ? [] : [holds(`${ordinal} <= ${first}`)];
  const all: Share = { suffix: "", fault, where, mark: "", marked: [] };
  const drawn = (share: number, status: "True" | "False", others: Partial<Share>): Share => {
    const marked = [conditionIs(marks.hit, status)];
    return { ...all, ...others, weight: Math.round(share * 1000), mark: mark(status), marked };
  };
  const spared = { suffix: "-spared", fault: undefined };
  return [
    ...(probability < 1
      ? [drawn(probability, "True", {}), drawn(1 - probability, "False", spared)]
      : [all]),
    ...(first === undefined
      ? []
      : [{ ...all, ...spared, suffix: "-later", where: [holdsNot(where[0]!.key)] }]),
  ];
}

/** `all`: where some pods are counted, all are before they start: KWOK waits anew when a pod is changed. */
export function podStages(pods: PodClass, all: "counted" | "alike"): readonly KubeObject[] {
  const { name, is, isNot, life } = pods;
  const own = [...is.map(holds), ...isNot.map(holdsNot)];
  const counted = all === "counted" ? [exists(ordinal)] : [];
  const living = sharesOf(pods).flatMap(({ suffix, where, marked, weight, ...share }) =>
    turnsOf(pods, share).map(([what, when, delay, statusTemplate], index) => {
      const chosen = index === 0 ? [...counted, isNew] : marked;
      const which = [...own, lacks(".metadata.deletionTimestamp"), ...where, ...chosen, ...when];
      const next = { statusTemplate };
      return stage(
        "Pod",
        `${name}${suffix}-${what}`,
        which,
        delay,
        next,
        index === 0 ? weight : undefined,
      );
    }),
  );
  const ending = [...own, exists(".metadata.deletionTimestamp")];
  return [...living, stage("Pod", `${name}-end`, ending, within(life.terminate), { delete: true })];
}

/** What is done, to which pods, after how long, and what they are then. The first is for those that are new on their node. */
type Turn = readonly [what: string, when: readonly Requirement[], delay: Delay, status: string];

function turnsOf(
  { life, behavior }: PodClass,
  { fault, mark: written }: Pick<Share, "fault" | "mark">,
): readonly Turn[] {
  const { type, after: since = type === "CrashLoopBackOff" ? 1000 : 0, recover } = fault ?? {};
  const start: Turn = ["start", [], within(life.start), podStatus.runs(written)];
  const crash = (when: Requirement): readonly Turn[] => [
    ["crash", [isRunning, when], after(since), podStatus.crashed],
    ["restart", [isWaiting], BACK_OFF, podStatus.restarted],
  ];
  switch (type) {
    case "NeverRunning":
      return [["hang", [], after(0), podStatus.waits("ContainerCreating", written)]];
    case "ImagePullBackOff":
      return [["pull-fails", [], within(life.start), podStatus.waits(type, written)]];
    case "CrashLoopBackOff":
      return [start, ...crash(isUnready)];
    case "NeverReady":
      return [start];
    default:
      if (life.ready.least === Infinity) return [start];
  }
  const delay = readyDelay(life.ready, behavior.ready?.extra);
  const ready = (...when: Requirement[]): Turn => [
    "ready",
    [isRunning, isUnready, ...when],
    delay,
    podStatus.ready,
  ];
  switch (type) {
    case "ReadyThenCrash":
      return [start, ready(), ...crash(isReady)];
    case "Evicted":
      return [start, ready(), ["evict", [isReady], after(since), podStatus.evicted]];
    case "ReadyThenUnready":
      return [
        start,
        ready(neverUnready),
        ["unready", [isReady, neverUnready], after(since), podStatus.unready],
        ...(recover === undefined
          ? []
          : [["recover", [isUnready, wasUnready], after(recover), podStatus.ready] as const]),
      ];
    default:
      return [start, ready()];
  }
}

function readyDelay(span: Span, extra: readonly Millis[] = []): Delay {
  if (extra.every((ms) => ms === 0)) return within(span);
  const from = (ms: Millis) => ({
    expressionFrom: `${JSON.stringify(extra)}[${ordinal} - 1] // 0 | "\\(. + ${ms})ms"`,
  });
  const jitter = span.most > span.least ? { jitterDurationFrom: from(span.most) } : {};
  return { durationFrom: from(span.least), ...jitter };
}
