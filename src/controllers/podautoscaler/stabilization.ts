/**
 * From what the metrics propose to what may be done now: recommendations of the last minutes, limits on the
 * pace, minimum and maximum. Mirrors normalizeDesiredReplicas and normalizeDesiredReplicasWithBehaviors of
 * podautoscaler/horizontal.go (v1.37.2).
 */
import type { HorizontalPodAutoscaler, ScalingRules } from "../../api/autoscaling.ts";
import type { Decision } from "../decisions.ts";
import type { KnownReason } from "./conditions.ts";
import type { AutoscalerMemory, Recommendation, ScaleEvent } from "./view.ts";

/** --horizontal-pod-autoscaler-downscale-stabilization */
const DOWNSCALE_STABILIZATION_S = 300;

export interface NormalizationInput {
  readonly behavior: HorizontalPodAutoscaler["spec"]["behavior"];
  readonly current: number;
  readonly proposal: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly nowMs: number;
  readonly memory: Pick<AutoscalerMemory, "recommendations" | "scaleUps" | "scaleDowns">;
}

export interface Normalized {
  readonly desired: number;
  /** For AbleToScale. */
  readonly able: { readonly reason: KnownReason };
  /** For ScalingLimited. */
  readonly limited: { readonly reason: KnownReason; readonly status: "True" | "False" };
  readonly recommendations: readonly Recommendation[];
  readonly because: readonly Decision[];
}

export function normalize(input: NormalizationInput): Normalized {
  const { proposal } = input;
  const stable = input.behavior === undefined ? stabilize(input) : stabilizeByRules(input);
  const wanted = stable.replicas;
  const limited = input.behavior === undefined ? limit(input, wanted) : limitByRules(input, wanted);
  const { replicas: allowed, reason } = limited;
  const because: Decision[] = [];
  if (wanted !== proposal) {
    const { recommendations } = input.memory;
    const all = [proposal, ...recommendations.map(({ replicas }) => replicas)];
    const range = { lowest: Math.min(...all), highest: Math.max(...all) };
    const weighed = { proposal, window: stable.windowS, ...range, stabilized: wanted };
    because.push({ id: "hpa/stabilized", weighed });
  }
  if (allowed !== wanted) because.push({ id: "hpa/limited", weighed: { wanted, allowed, reason } });
  return {
    desired: allowed,
    able: { reason: wanted === proposal ? "ReadyForNewScale" : stable.reason },
    limited: { reason, status: allowed === wanted ? "False" : "True" },
    recommendations: stable.recommendations,
    because,
  };
}

interface Stabilized {
  readonly replicas: number;
  readonly reason: KnownReason;
  readonly windowS: number;
  readonly recommendations: readonly Recommendation[];
}

/** Without `behavior`: the highest recommendation of the last 5 minutes. */
function stabilize({ memory, proposal, nowMs }: NormalizationInput): Stabilized {
  const windowS = DOWNSCALE_STABILIZATION_S;
  const cutoff = nowMs - windowS * 1000;
  const recent = memory.recommendations.filter(({ atMs }) => atMs >= cutoff);
  const replicas = recent.reduce((most, each) => Math.max(most, each.replicas), proposal);
  const isOld = ({ atMs }: Recommendation): boolean => atMs < cutoff;
  const now = { replicas: proposal, atMs: nowMs };
  const recommendations = withNew(memory.recommendations, now, isOld);
  return { replicas, reason: "ScaleDownStabilized", windowS, recommendations };
}

/** Each direction with its own window: the present number stays where it is between the two bounds. */
function stabilizeByRules(input: NormalizationInput): Stabilized {
  const { memory, proposal, current, nowMs } = input;
  const { scaleUp = {}, scaleDown = {} } = input.behavior ?? {};
  const upS = scaleUp.stabilizationWindowSeconds ?? 0;
  const downS = scaleDown.stabilizationWindowSeconds ?? DOWNSCALE_STABILIZATION_S;
  const [upCutoff, downCutoff] = [nowMs - upS * 1000, nowMs - downS * 1000];
  let [up, down] = [proposal, proposal];
  for (const { replicas, atMs } of memory.recommendations) {
    if (atMs > upCutoff) up = Math.min(up, replicas);
    if (atMs > downCutoff) down = Math.max(down, replicas);
  }
  const isOld = ({ atMs }: Recommendation): boolean => atMs < upCutoff && atMs < downCutoff;
  const now = { replicas: proposal, atMs: nowMs };
  return {
    replicas: Math.min(Math.max(current, up), down),
    reason: proposal >= current ? "ScaleUpStabilized" : "ScaleDownStabilized",
    windowS: proposal >= current ? upS : downS,
    recommendations: withNew(memory.recommendations, now, isOld),
  };
}

/** The new one takes the place of the last old one, if there is an old one. */
function withNew<T>(list: readonly T[], now: T, isOld: (item: T) => boolean): readonly T[] {
  const place = list.findLastIndex(isOld);
  return place < 0 ? [...list, now] : list.with(place, now);
}

interface Allowed {
  readonly replicas: number;
  readonly reason: KnownReason;
}

/** Without `behavior`: at most twice as many, or 4. */
function limit({ current, minimum, maximum }: NormalizationInput, wanted: number): Allowed {
  const fastest = Math.max(2 * current, 4);
  const tooFast = maximum > fastest;
  if (wanted < minimum) return { replicas: minimum, reason: "TooFewReplicas" };
  const most = tooFast ? fastest : maximum;
  if (wanted > most) {
    return { replicas: most, reason: tooFast ? "ScaleUpLimit" : "TooManyReplicas" };
  }
  return { replicas: wanted, reason: "DesiredWithinRange" };
}

function limitByRules(input: NormalizationInput, wanted: number): Allowed {
  const { current, minimum, maximum, behavior = {} } = input;
  if (wanted > current) {
    const fastest = Math.max(current, fastestUp(input, behavior.scaleUp ?? {}));
    const most = Math.min(maximum, fastest);
    const reason = maximum > fastest ? "ScaleUpLimit" : "TooManyReplicas";
    if (wanted > most) return { replicas: most, reason };
  } else if (wanted < current) {
    const fastest = Math.min(current, fastestDown(input, behavior.scaleDown ?? {}));
    const least = Math.max(minimum, fastest);
    const reason = minimum < fastest ? "ScaleDownLimit" : "TooFewReplicas";
    if (wanted < least) return { replicas: least, reason };
  }
  return { replicas: wanted, reason: "DesiredWithinRange" };
}

function fastestUp(input: NormalizationInput, rules: ScalingRules): number {
  if (rules.selectPolicy === "Disabled") return input.current;
  const proposals = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = replicasBefore(input, periodSeconds);
    return type === "Pods" ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.min(...proposals) : Math.max(...proposals);
}

function fastestDown(input: NormalizationInput, rules: ScalingRules): number {
  if (rules.selectPolicy === "Disabled") return input.current;
  const proposals = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = replicasBefore(input, periodSeconds);
    return type === "Pods" ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules.selectPolicy === "Min" ? Math.max(...proposals) : Math.min(...proposals);
}

/** How many there were when the period began. */
function replicasBefore({ current, memory, nowMs }: NormalizationInput, seconds: number): number {
  const cutoff = nowMs - seconds * 1000;
  const sum = (events: readonly ScaleEvent[]): number =>
    events.reduce((total, { change, atMs }) => total + (atMs > cutoff ? change : 0), 0);
  return current - sum(memory.scaleUps) + sum(memory.scaleDowns);
}

/** What is remembered of scalings after one more. Without `behavior` nobody asks for them. */
export function withScaling(
  { behavior, memory, nowMs }: Pick<NormalizationInput, "behavior" | "memory" | "nowMs">,
  from: number,
  to: number,
): Pick<AutoscalerMemory, "scaleUps" | "scaleDowns"> {
  const { scaleUps, scaleDowns } = memory;
  if (behavior === undefined) return { scaleUps, scaleDowns };
  const rules = to > from ? behavior.scaleUp : behavior.scaleDown;
  const longest = Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds));
  const isOld = ({ atMs }: ScaleEvent): boolean => atMs < nowMs - longest * 1000;
  const now = { change: Math.abs(to - from), atMs: nowMs };
  return to > from
    ? { scaleUps: withNew(scaleUps, now, isOld), scaleDowns }
    : { scaleUps, scaleDowns: withNew(scaleDowns, now, isOld) };
}
