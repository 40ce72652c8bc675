/**
 * The same world with one setting changed, for each setting that can save requests: who asks what it saves
 * plays the scenario again with that change alone. Changed are the pods of manifests, those of the file and
 * of `apply` steps; what kubectl lines change stays.
 */
import type { KubeObject, Millis } from "../api/meta.ts";
import type { AppBehavior } from "../traffic/options.ts";
import type { Manifest, Scenario } from "./scenario.ts";

export interface Remedy {
  /** As one would say it: `preStop sleep 3s`. */
  readonly name: string;
  apply(scenario: Scenario): Scenario;
}

/** Those that change something in this scenario. */
export function remediesOf(scenario: Scenario): readonly Remedy[] {
  const preStop = Math.ceil(slowestProxy(scenario) / 1000);
  const warm = Math.ceil(latest(scenario.apps, ({ warmUp }) => warmUp?.for) / 1000);
  const seen = Math.max(warm, firstCrash(scenario));
  const listens = latest(scenario.apps, ({ listenAfter }) => listenAfter);
  const end = Math.ceil(longestEnd(scenario) / 1000);
  const checks = slowestChecks(scenario);
  const all = [
    ...(preStop > 0 ? [preStopSleep(preStop), scaleDownDelay(preStop)] : []),
    ...(end > 0 ? [gracePeriod(end)] : []),
    ...(checks > 0 ? [readinessGate(checks)] : []),
    noneUnavailable,
    ...(seen > 0 ? [minReadySeconds(seen)] : []),
    ...(listens > 0 ? [readinessProbe] : []),
    finishOnSigterm,
    retries,
  ];
  return all.filter((remedy) => {
    const changed = remedy.apply(scenario);
    return JSON.stringify(played(changed)) !== JSON.stringify(played(scenario));
  });
}

/** All at once. */
export function combined(remedies: readonly Remedy[]): Remedy {
  return {
    name: "all of these",
    apply: (scenario) => remedies.reduce((changed, remedy) => remedy.apply(changed), scenario),
  };
}

/** ms until the slowest proxy knows of a change of endpoints. */
export function slowestProxy({ traffic }: Scenario): Millis {
  const delays = traffic.map(({ options: { proxies } }) => {
    const { delay = 0, jitter = 0 } = proxies?.delay ?? {};
    return delay + jitter;
  });
  return delays.reduce((most, delay) => Math.max(most, delay), 0);
}

/** ms until every load balancer has checked a new pod. */
function slowestChecks({ traffic }: Scenario): Millis {
  return Math.max(0, ...traffic.map(({ options: { proxies } }) => proxies?.healthChecks ?? 0));
}

/** ms from the deletion of a pod to its end, if it is let finish. */
function longestEnd({ behaviors }: Scenario): Millis {
  const ends = behaviors.map(
    ({ terminate: { delay, jitter = 0 } = { delay: 0 } }) => delay + jitter,
  );
  return Math.max(0, ...ends);
}

/** Whole seconds from ready until pods that get ready and then crash have done so. */
function firstCrash({ behaviors }: Scenario): number {
  const crashes = behaviors.flatMap(({ fault }) =>
    fault?.type === "ReadyThenCrash" ? [Math.floor((fault.after ?? 0) / 1000) + 1] : [],
  );
  return Math.max(0, ...crashes);
}

/** A pod is ready when the load balancer, which sets its gate, has found it healthy. */
function readinessGate(checks: Millis): Remedy {
  const conditionType = "target-health.elbv2.k8s.aws/web";
  const change = (template: Draft): void => {
    (template["spec"] as Draft)["readinessGates"] ??= [{ conditionType }];
  };
  return {
    name: "a readiness gate that the load balancer sets",
    apply: (scenario) => {
      const gates = { delay: checks };
      const behaviors = [...scenario.behaviors, {}].map((behavior) => ({ gates, ...behavior }));
      return { ...changePods(scenario, change), behaviors };
    },
  };
}

/** Every pod has at least so long to end, its preStop hook included. */
function gracePeriod(seconds: number): Remedy {
  return {
    name: `terminationGracePeriodSeconds ${seconds}`,
    apply: (scenario) =>
      changePods(scenario, (template) => {
        const spec = template["spec"] as Draft;
        const grace = (spec["terminationGracePeriodSeconds"] as number | undefined) ?? 30;
        if (grace < seconds) spec["terminationGracePeriodSeconds"] = seconds;
      }),
  };
}

/** Old pods of a Rollout whose requests are split by a router stay at least so long. */
function scaleDownDelay(seconds: number): Remedy {
  return {
    name: `scaleDownDelaySeconds ${seconds}`,
    apply: (scenario) =>
      changeManifests(scenario, (draft) => {
        if (draft["kind"] !== "Rollout") return;
        const { strategy = {} } = draft["spec"] as { strategy?: Readonly<Record<string, Draft>> };
        for (const name of ["canary", "blueGreen"]) {
          const settings = strategy[name];
          const delay = settings?.["scaleDownDelaySeconds"] as number | undefined;
          // The default, 30 s, is set by the controller.
          if (settings !== undefined && delay !== undefined && delay < seconds) {
            settings["scaleDownDelaySeconds"] = seconds;
          }
        }
      }),
  };
}

/** Every pod sleeps at least so long before it is told to stop, and then has as long as before. */
export function preStopSleep(seconds: number): Remedy {
  const name = `preStop sleep ${seconds}s`;
  const change = (template: Draft): void => {
    const { spec } = template as { spec: Draft & { containers: Draft[] } };
    for (const container of spec.containers) {
      const lifecycle = container["lifecycle"] as { preStop?: { sleep?: { seconds: number } } };
      const before = lifecycle?.preStop?.sleep?.seconds ?? 0;
      if (before >= seconds) continue;
      container["lifecycle"] = { ...lifecycle, preStop: { sleep: { seconds } } };
      const grace = (spec["terminationGracePeriodSeconds"] as number | undefined) ?? 30;
      spec["terminationGracePeriodSeconds"] = grace + seconds - before;
    }
  };
  return {
    name,
    apply: (scenario) => {
      const longer = seconds * 1000;
      const behaviors = scenario.behaviors.map((behavior) => {
        const { terminate = { delay: 0 } } = behavior;
        return { ...behavior, terminate: { ...terminate, delay: terminate.delay + longer } };
      });
      return { ...changePods(scenario, change), behaviors };
    },
  };
}

const noneUnavailable: Remedy = {
  name: "maxUnavailable 0",
  apply: (scenario) =>
    changeDeployments(scenario, (spec) => {
      const { rollingUpdate } = (spec["strategy"] ?? {}) as { rollingUpdate?: Draft };
      const { maxSurge: surge, maxUnavailable } = rollingUpdate ?? {};
      if (maxUnavailable === 0 || maxUnavailable === "0%") return;
      const maxSurge = surge === 0 || surge === "0%" ? 1 : surge;
      spec["strategy"] = {
        type: "RollingUpdate",
        rollingUpdate: { ...(maxSurge === undefined ? {} : { maxSurge }), maxUnavailable: 0 },
      };
    }),
};

/** A pod is available only when it is warm, and has not crashed. */
export function minReadySeconds(seconds: number): Remedy {
  return {
    name: `minReadySeconds ${seconds}`,
    apply: (scenario) =>
      changeDeployments(scenario, (spec) => {
        const before = (spec["minReadySeconds"] as number | undefined) ?? 0;
        if (before >= seconds) return;
        spec["minReadySeconds"] = seconds;
        // Validation wants the deadline above it.
        const deadline = (spec["progressDeadlineSeconds"] as number | undefined) ?? 600;
        spec["progressDeadlineSeconds"] = deadline + seconds - before;
      }),
  };
}

const readinessProbe: Remedy = {
  name: "a readiness probe that waits until the pod listens",
  apply: (scenario) => {
    const changed = changePods(scenario, ({ spec }) => {
      for (const container of (spec as { containers: Draft[] }).containers) {
        const [first] = (container["ports"] ?? []) as readonly { containerPort?: number }[];
        const tcpSocket = { port: first?.containerPort ?? 80 };
        container["readinessProbe"] ??= { tcpSocket, periodSeconds: 1 };
      }
    });
    // Where a behavior says when pods are ready, that counts, not their probes.
    const behaviors = scenario.behaviors.map((behavior) => {
      const { ready, listens = 0 } = behavior;
      if (ready === undefined) return behavior;
      return { ...behavior, ready: { ...ready, delay: Math.max(ready.delay, listens) } };
    });
    return { ...changed, behaviors };
  },
};

const finishOnSigterm: Remedy = {
  name: "finishing what is under way on SIGTERM",
  apply: (scenario) => ({
    ...scenario,
    apps: scenario.apps.map(({ onSigterm: _, ...app }) => app),
  }),
};

const retries: Remedy = {
  name: "clients that retry twice, 100ms apart",
  apply: (scenario) => ({
    ...scenario,
    traffic: scenario.traffic.map((traffic) => {
      const clients = traffic.options.clients.map((client) => ({
        retries: { attempts: 2, backoff: 100 },
        ...client,
      }));
      return { ...traffic, options: { ...traffic.options, clients } };
    }),
  }),
};

/** A copy of an object, to be changed. */
export type Draft = Record<string, unknown>;

/** Kinds whose pods run here. */
const WORKLOADS: ReadonlySet<unknown> = new Set(["Deployment", "ReplicaSet", "Rollout"]);

function changePods(scenario: Scenario, change: (template: Draft) => void): Scenario {
  return changeManifests(scenario, (draft) => {
    if (!WORKLOADS.has(draft["kind"])) return;
    const { template } = (draft["spec"] ?? {}) as { template?: Draft };
    const { spec } = (template ?? {}) as { spec?: { containers?: unknown } };
    if (template !== undefined && Array.isArray(spec?.containers)) change(template);
  });
}

function changeDeployments(scenario: Scenario, change: (spec: Draft) => void): Scenario {
  return changeManifests(scenario, (draft) => {
    if (draft["kind"] === "Deployment") change(draft["spec"] as Draft);
  });
}

/** Of the file and of `apply` steps, each as a copy. */
export function changeManifests(scenario: Scenario, change: (draft: Draft) => void): Scenario {
  const changed = (manifest: Manifest): Manifest => {
    const draft = structuredClone(manifest.object) as unknown as Draft;
    change(draft);
    return { ...manifest, object: draft as unknown as KubeObject };
  };
  return {
    ...scenario,
    manifests: scenario.manifests.map(changed),
    steps: scenario.steps.map((step) =>
      step.verb === "apply" ? { ...step, manifests: step.manifests.map(changed) } : step,
    ),
  };
}

function latest(
  apps: readonly AppBehavior[],
  of: (app: AppBehavior) => Millis | undefined,
): Millis {
  return apps.reduce((most, app) => Math.max(most, of(app) ?? 0), 0);
}

/** What makes a difference to a run, where remedies can change it, as plain data. */
function played({ manifests, steps, behaviors, apps, traffic }: Scenario): unknown {
  const applied = steps.flatMap((step) => (step.verb === "apply" ? step.manifests : []));
  const objects = [...manifests, ...applied].map(({ object }) => object);
  return { objects, ready: behaviors.map(({ ready }) => ready), apps, traffic };
}
