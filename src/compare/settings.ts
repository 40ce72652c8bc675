/** Settings of a rolling update that a sweep tries, and the scenario with them. */
import type { Deployment } from "../api/apps.ts";
import type { IntOrString } from "../api/meta.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import { changeManifests, minReadySeconds, preStopSleep } from "../scenario/remedies.ts";
import type { Scenario } from "../scenario/scenario.ts";

export interface Settings {
  /** Both in the place of the file's; absent: as written, which may be Recreate. */
  readonly rolling?: { readonly maxSurge: IntOrString; readonly maxUnavailable: IntOrString };
  /** All pods of the file are available so many seconds after they are ready, at least; 0: as written. */
  readonly minReady: number;
  /** All containers of the file sleep so many seconds before they are told to stop, at least; 0: as written. */
  readonly preStop: number;
}

/** What to try: each with each. */
export interface Grid {
  readonly surges: readonly IntOrString[];
  readonly unavailables: readonly IntOrString[];
  readonly minReadies: readonly number[];
  readonly preStops: readonly number[];
}

/** What surge and unavailable come to, in pods. */
export interface Pods {
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * As written first, then each with each, but 0 with 0, which the API server refuses, and what comes to the same pods
 * as one before it: of two replicas 25% unavailable is none.
 */
export function settingsOf(grid: Grid, deployment: Deployment): readonly Settings[] {
  const own: Settings = { minReady: 0, preStop: 0 };
  const tried = grid.surges.flatMap((surge) =>
    grid.unavailables
      .filter((unavailable) => !isZero(surge) || !isZero(unavailable))
      .map((unavailable) => ({ maxSurge: surge, maxUnavailable: unavailable })),
  );
  const rollings = [undefined, ...tried];
  const all = grid.preStops.flatMap((preStop) =>
    grid.minReadies.flatMap((minReady) =>
      rollings.map((rolling) => ({
        ...(rolling === undefined ? {} : { rolling }),
        minReady,
        preStop,
      })),
    ),
  );
  const seen = new Set<string>();
  return [own, ...all].filter((settings) => {
    const key = comesTo(settings, deployment);
    return !seen.has(key) && seen.add(key);
  });
}

/** In pods; undefined for Recreate as written. */
export function podsOf({ rolling }: Settings, deployment: Deployment): Pods | undefined {
  const { strategy } = deployment.spec;
  if (rolling === undefined && strategy.type === "Recreate") return undefined;
  const changed = withRolling(deployment, rolling);
  return { surge: maxSurge(changed), unavailable: maxUnavailable(changed) };
}

/** The scenario in which the Deployment, and all pods, have these settings from the start. */
export function withSettings(
  scenario: Scenario,
  { metadata }: Deployment,
  { rolling, minReady, preStop }: Settings,
): Scenario {
  const changed = changeManifests(scenario, (draft) => {
    const own = draft["metadata"] as { readonly name?: string; readonly namespace?: string };
    const { namespace = scenario.namespace } = own;
    const isIt = own.name === metadata.name && namespace === metadata.namespace;
    if (draft["kind"] !== "Deployment" || !isIt || rolling === undefined) return;
    const spec = draft["spec"] as Record<string, unknown>;
    spec["strategy"] = { type: "RollingUpdate", rollingUpdate: rolling };
  });
  const ready = minReady === 0 ? changed : minReadySeconds(minReady).apply(changed);
  return preStop === 0 ? ready : preStopSleep(preStop).apply(ready);
}

function comesTo(settings: Settings, deployment: Deployment): string {
  const pods = podsOf(settings, deployment);
  const minReady = Math.max(settings.minReady, deployment.spec.minReadySeconds ?? 0);
  return JSON.stringify([pods, minReady, settings.preStop]);
}

function withRolling(deployment: Deployment, rolling: Settings["rolling"]): Deployment {
  if (rolling === undefined) return deployment;
  const strategy = { type: "RollingUpdate", rollingUpdate: rolling } as const;
  return { ...deployment, spec: { ...deployment.spec, strategy } };
}

function isZero(amount: IntOrString): boolean {
  return Number.parseInt(String(amount), 10) === 0;
}
