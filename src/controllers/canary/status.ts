/** What Flagger writes into a Canary's status. Mirrors fluxcd/flagger pkg/canary/status.go. */
import {
  analysisOf,
  type Canary,
  type CanaryCondition,
  type CanaryPhase,
  type CanaryStatus,
} from "../../api/canary.ts";
import { compact } from "../../api/json.ts";
import type { ConditionStatus } from "../../api/meta.ts";
import { timestamp } from "../../api/time.ts";
import { podTemplateHash } from "../../apiserver/template-hash.ts";
import type { Steps } from "../reconcile.ts";
import type { Problem, Sync } from "./sync.ts";

type Condition = readonly [status: ConditionStatus, message: (kind: string) => string];

const CONDITIONS: Readonly<Partial<Record<CanaryPhase, Condition>>> = {
  Initialized: ["True", (kind) => `${kind} initialization completed.`],
  Waiting: ["Unknown", () => "Waiting for approval."],
  WaitingPromotion: ["Unknown", () => "Waiting for approval."],
  Progressing: ["Unknown", () => "New revision detected, progressing canary analysis."],
  Promoting: ["Unknown", () => "Canary analysis completed, starting primary rolling update."],
  Finalising: ["Unknown", () => "Canary analysis completed, routing all traffic to primary."],
  Succeeded: ["True", () => "Canary analysis completed successfully, promotion finished."],
  Failed: ["False", (kind) => `Canary analysis failed, ${kind} scaled to zero.`],
};

const STARTING: Condition = ["Unknown", (kind) => `New ${kind} detected, starting initialization.`];

/** MakeStatusConditions; the old ones where nothing changes but the message. */
function conditionsFor(
  canary: Canary,
  phase: CanaryPhase,
  now: string,
): readonly CanaryCondition[] | undefined {
  const [status, message] = CONDITIONS[phase] ?? STARTING;
  const current = canary.status?.conditions?.find(({ type }) => type === "Promoted");
  if (current?.status === status && current.reason === phase) return canary.status?.conditions;
  const lastTransitionTime = current?.status === status ? current.lastTransitionTime : now;
  return [
    {
      type: "Promoted",
      status,
      lastUpdateTime: now,
      lastTransitionTime,
      reason: phase,
      message: message(canary.spec.targetRef.kind),
    },
  ];
}

/** setPhaseInitializing: the first status of a new Canary. */
export function* setPhaseInitializing(sync: Sync): Steps<Problem> {
  const now = timestamp(sync.view.wallClockMs);
  return yield* write(sync, {
    phase: "Initializing",
    lastTransitionTime: now,
    conditions: conditionsFor(sync.stored, "Initializing", now),
  });
}

interface SyncedStatus {
  readonly phase: CanaryPhase;
  readonly canaryWeight?: number;
  readonly failedChecks?: number;
  readonly iterations?: number;
}

/** syncCanaryStatus: all counters anew, and the template that they belong to. */
export function* syncStatus(sync: Sync, synced: SyncedStatus): Steps<Problem> {
  const { phase, canaryWeight = 0, failedChecks = 0, iterations = 0 } = synced;
  const target = sync.deployment(sync.targetName);
  if (target === undefined) return deploymentMissing(sync);
  const hash = podTemplateHash(target.spec.template);
  const now = timestamp(sync.view.wallClockMs);
  return yield* write(sync, {
    phase,
    canaryWeight,
    failedChecks,
    iterations,
    lastAppliedSpec: hash,
    ...(phase === "Initialized" ? { lastPromotedSpec: hash } : {}),
    lastTransitionTime: now,
    trackedConfigs: {},
    conditions: conditionsFor(sync.stored, phase, now),
  });
}

export function* setStatusPhase(sync: Sync, phase: CanaryPhase): Steps<Problem> {
  const { status = {} } = sync.stored;
  const now = timestamp(sync.view.wallClockMs);
  const { iterations = 0 } = analysisOf(sync.canary);
  const keepsCounters = phase === "Progressing" || phase === "Waiting" || phase === "Promoting";
  return yield* write(sync, {
    phase,
    lastTransitionTime: now,
    ...(keepsCounters
      ? {}
      : { canaryWeight: 0, iterations: phase === "WaitingPromotion" ? iterations - 1 : 0 }),
    ...(phase === "Initialized" || phase === "Succeeded"
      ? { lastPromotedSpec: status.lastAppliedSpec }
      : {}),
    conditions: conditionsFor(sync.stored, phase, now),
  });
}

export function* setStatusWeight(sync: Sync, canaryWeight: number): Steps<Problem> {
  return yield* write(sync, { canaryWeight, ...touched(sync) });
}

export function* setStatusIterations(sync: Sync, iterations: number): Steps<Problem> {
  return yield* write(sync, { iterations, ...touched(sync) });
}

/** One more check failed than when the sync began. */
export function* countFailedCheck(sync: Sync): Steps<Problem> {
  const { failedChecks = 0 } = sync.canary.status ?? {};
  return yield* write(sync, { failedChecks: failedChecks + 1, ...touched(sync) });
}

function touched(sync: Sync): CanaryStatus {
  return { lastTransitionTime: timestamp(sync.view.wallClockMs) };
}

/** Change without the fields that are to stay as they are. */
type StatusChange = { readonly [K in keyof CanaryStatus]?: CanaryStatus[K] | undefined };

function* write(sync: Sync, change: StatusChange): Steps<Problem> {
  const { name } = sync.canary.metadata;
  const zeros = { phase: "", failedChecks: 0, canaryWeight: 0, iterations: 0 } as const;
  const status = compact({ ...zeros, ...sync.stored.status, ...change }) as CanaryStatus;
  const problem = yield* sync.updateStatus(status);
  if (problem === undefined) return undefined;
  return `failed after retries: updating canary ${sync.named(name)} status failed: ${problem}`;
}

/** The target's template is another than that of the last sync, and not the promoted one again. */
export function hasTargetChanged(sync: Sync): boolean {
  const { lastAppliedSpec = "", lastPromotedSpec } = sync.canary.status ?? {};
  const target = sync.deployment(sync.targetName);
  if (lastAppliedSpec === "" || target === undefined) return true;
  const hash = podTemplateHash(target.spec.template);
  return hash !== lastPromotedSpec && hash !== lastAppliedSpec;
}

export function deploymentMissing(sync: Sync, name = sync.targetName): string {
  const why = sync.missing("deployments", name);
  return `deployment ${sync.named(name)} get query error: ${why}`;
}
