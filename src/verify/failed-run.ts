/** A run that broke a law, as a scenario file that ends where the law is broken, with that as its expectation. */
import type { Deployment } from "../api/apps.ts";
import type { Millis } from "../api/meta.ts";
import { formatDuration } from "../api/duration.ts";
import type { Cluster, ClusterOptions } from "../cluster.ts";
import { maxSurge, maxUnavailable } from "../controllers/deployment/fenceposts.ts";
import type { Behavior } from "../kubelet/behavior.ts";
import type { ManifestsOfRollout } from "./manifests-of-rollout.ts";
import type { Size } from "./explore-config.ts";
import { lawExpectation, type ExpressedWorld } from "./law-expectation.ts";
import type { Breach, RolloutWatch } from "./observe.ts";
import { scenarioText } from "./scenario-text.ts";
import type { PerformedStep, UserAction } from "./user-actions.ts";

export interface FailedRun {
  readonly breach: Breach;
  readonly seed: string;
  readonly actions: readonly UserAction[];
  /** The letters of the schedule that was played, up to the breach. */
  readonly schedule: string;
  /** The run as a scenario file: `rollsim run` replays it up to the breach, where its expectation fails. */
  readonly scenario: string;
}

export interface PlayedRun {
  readonly cluster: Cluster;
  readonly manifests: ManifestsOfRollout;
  /** As it was created. */
  readonly deployment: Deployment;
  readonly seed: string;
  readonly behaviors: readonly Behavior[];
  readonly nodes: NonNullable<ClusterOptions["nodes"]>;
  readonly watch: RolloutWatch;
  readonly actions: readonly UserAction[];
  /** What was done, and when. */
  readonly steps: readonly (readonly [at: Millis, step: PerformedStep])[];
  /** Until when its schedule was fresh. */
  readonly settledMs: Millis;
}

/** For the rest of the instant of the breach, however often controllers could settle in it: nobody repairs it. */
const NOBODY_ACTS = ".".repeat(9);

export function failedRun(run: PlayedRun, breach: Breach): FailedRun {
  const { manifests, seed, behaviors, nodes, actions, settledMs } = run;
  const { deployment, beside } = manifests;
  const schedule = `fresh until ${settledMs}ms, then ${breach.played}${NOBODY_ACTS}`;
  const always = lawExpectation(breach.law, worldOf(run, breach));
  const { namespace } = deployment.metadata ?? {};
  const done = run.steps.filter(([at]) => at <= breach.at);
  // Expectations hold from a step on, also where nobody had to do anything.
  const steps = done.length > 0 ? done : [[settledMs, { kubectl: "get deployments" }] as const];
  const text = scenarioText({
    seed,
    schedule,
    behaviors,
    manifests: [...beside, deployment],
    namespace,
    nodes,
    steps,
    until: breach.at,
    ...(always === undefined ? {} : { always: [always] }),
  });
  const { law, by, at, statement } = breach;
  const head = `# Breaks ${law} at ${formatDuration(at)}, by ${by}: ${statement}`.replaceAll(
    /\s+/gu,
    " ",
  );
  const use = `# In a file: rollsim run FILE replays it, rollsim explain FILE tells why.`;
  const scenario = `${head}\n${use}\n${text}`;
  return { breach, seed, actions, schedule, scenario };
}

function worldOf({ cluster, deployment, watch }: PlayedRun, breach: Breach): ExpressedWorld {
  const { name, namespace = "default" } = deployment.metadata;
  const labels = deployment.spec.template.metadata?.labels ?? {};
  return {
    deployment: name,
    selector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    sizes: watch.replicaCounts.map((replicas) => sizeAt(deployment, replicas)),
    replicaSets: cluster.api.list("replicasets", { namespace }).map((rs) => rs.metadata.name),
    minReadySeconds: deployment.spec.minReadySeconds ?? 0,
    lost: breach.view.lost,
    counts: "lasting",
  };
}

function sizeAt(deployment: Deployment, replicas: number): Size {
  const d: Deployment = { ...deployment, spec: { ...deployment.spec, replicas } };
  return { replicas, surge: maxSurge(d), unavailable: maxUnavailable(d) };
}
