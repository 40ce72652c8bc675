/**
 * What a Deployment's settings promise, whatever happens: the numbers of the laws in properties.ts for one
 * manifest, each with the assumptions under which it holds.
 */
import type { Deployment } from "../api/apps.ts";
import type { KubeObject } from "../api/meta.ts";
import { Cluster } from "../cluster.ts";
import {
  ceiling,
  maxSurge,
  maxUnavailable,
  minAvailable,
} from "../controllers/deployment/fenceposts.ts";
import { hasDeadline } from "../controllers/deployment/conditions.ts";
import { underMargin } from "../kubectl/word-wrap.ts";
import { createDeployment } from "./create-deployment.ts";
import { deploymentIn, type DeploymentManifest } from "./manifests-of-rollout.ts";
import { assumptions, stateLaws, type Assumption } from "./properties.ts";

export interface Guarantee {
  readonly name: string;
  /** As a person reads it: `8 of 10`, `no bound`. */
  readonly value: string;
  /** The number alone, where there is one: pods, or seconds for the deadline. */
  readonly number: number | undefined;
  /** Where it comes from, with the numbers put in. */
  readonly rule: string;
  /** The law in docs/verify.md, or the counterexample that shows why there is no bound. */
  readonly law: string;
  readonly assumes: readonly Assumption[];
}

export interface Guarantees {
  readonly deployment: string;
  readonly strategy: "RollingUpdate" | "Recreate";
  /** Pods. */
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
  readonly guarantees: readonly Guarantee[];
}

/** For a manifest, or a Deployment from a cluster; throws a TypeError for one that the API server refuses. */
export function guaranteesOf(manifest: DeploymentManifest): Guarantees {
  // The API server's defaults are part of the settings.
  const { metadata, ...given } = deploymentIn(manifest);
  const named: KubeObject = { ...given, metadata: { name: metadata?.name } };
  const deployment = createDeployment(new Cluster(), named);
  const { replicas, strategy } = deployment.spec;
  const facts = {
    replicas,
    surge: maxSurge(deployment),
    unavailable: maxUnavailable(deployment),
    floor: minAvailable(deployment),
    ceiling: ceiling(deployment),
  };
  const type = strategy.type ?? "RollingUpdate";
  return {
    deployment: deployment.metadata.name,
    strategy: type,
    replicas,
    surge: facts.surge,
    unavailable: facts.unavailable,
    guarantees: [
      ...(type === "Recreate" ? recreate(facts) : rolling(facts, deployment)),
      deadline(deployment),
    ],
  };
}

interface Facts {
  readonly replicas: number;
  readonly surge: number;
  readonly unavailable: number;
  readonly floor: number;
  readonly ceiling: number;
}

function rolling(f: Facts, { spec }: Deployment): Guarantee[] {
  const isSlow = (spec.minReadySeconds ?? 0) > 0;
  return [leastAvailable(f, isSlow ? "slow" : "at once"), ...mostPods(f), ...unpromised(f)];
}

function assumedBy(id: (typeof stateLaws)[number]["id"]): readonly Assumption[] {
  return stateLaws.find((law) => law.id === id)!.assumes;
}

function leastAvailable(f: Facts, available: "slow" | "at once"): Guarantee {
  const assumed = assumedBy("P3").filter((name) => name !== "mrs0");
  return {
    name: "least available at every moment",
    value: `${f.floor} of ${f.replicas}`,
    number: f.floor,
    rule: `replicas ${f.replicas} - maxUnavailable ${f.unavailable}`,
    law: "P3",
    // With minReadySeconds a second change in mid-rollout is outside (CE2); a single rollout is not.
    assumes:
      available === "slow" ? assumed.map((name) => (name === "fwd" ? "one" : name)) : assumed,
  };
}

function mostPods(f: Facts): Guarantee[] {
  const transient = Math.min(2 * f.replicas, f.replicas + 2 * f.surge + f.unavailable);
  const broken = Math.min(f.replicas, f.surge + f.unavailable);
  return [
    {
      name: "most pods asked for",
      value: String(f.ceiling),
      number: f.ceiling,
      rule: `replicas ${f.replicas} + maxSurge ${f.surge}`,
      law: "P2",
      assumes: assumedBy("P2"),
    },
    {
      name: "most pods that are not terminating",
      value: String(transient),
      number: transient,
      rule: `the smaller of 2 x ${f.replicas} and ${f.replicas} + 2 x ${f.surge} + ${f.unavailable}`,
      law: "P5",
      assumes: assumedBy("P5"),
    },
    {
      name: "most pods, terminating ones too",
      value: String(2 * f.replicas),
      number: 2 * f.replicas,
      rule: "each old pod goes once, each new one comes once",
      law: "P5",
      assumes: assumedBy("P5"),
    },
    {
      name: "pods that a bad image can break",
      value: String(broken),
      number: broken,
      rule: `the smaller of ${f.replicas} and maxSurge ${f.surge} + maxUnavailable ${f.unavailable}`,
      law: "P15",
      assumes: assumedBy("P15"),
    },
  ];
}

function unpromised({ replicas }: Facts): Guarantee[] {
  const none = (name: string, law: string, rule: string, value = "no floor"): Guarantee => {
    return { name, value, number: undefined, rule, law, assumes: [] };
  };
  if (replicas === 0) return [];
  const stopped = [
    none(
      "least available when a rollout is undone half-way",
      "CE1",
      "a status that lags may count pods of the new revision that are gone",
    ),
    none(
      "least available when it is paused and resumed in mid-rollout",
      "CE6",
      "a pause fills old ReplicaSets up; their pods, not ready yet, use up what cleanup may take",
    ),
  ];
  // Of one pod there are no shares.
  if (replicas === 1) return stopped;
  return [
    ...stopped,
    none(
      "least available when it is scaled down in mid-rollout",
      "CE3",
      "shares are by size, not by availability",
    ),
    none(
      "longest rollout when it is scaled down in mid-rollout",
      "CE7",
      "scaled to what one old ReplicaSet has while the new one has none, it hangs; no deadline tells",
      "for ever",
    ),
  ];
}

function recreate(f: Facts): Guarantee[] {
  return [
    {
      name: "least available at every moment",
      value: `0 of ${f.replicas}`,
      number: 0,
      rule: "all old pods stop before any new one starts",
      law: "P20",
      assumes: [],
    },
    {
      name: "most pods, terminating ones too",
      value: String(f.replicas),
      number: f.replicas,
      rule: "no new pod while an old one exists",
      law: "P20",
      assumes: ["nf", "const", "own"],
    },
    {
      name: "pods that a bad image can break",
      value: String(f.replicas),
      number: f.replicas,
      rule: "nothing of the old revision is left",
      law: "P20",
      assumes: [],
    },
  ];
}

function deadline(deployment: Deployment): Guarantee {
  const seconds = deployment.spec.progressDeadlineSeconds;
  const common = {
    name: "longest stall before the deadline is reported",
    law: "P22",
    // An undo may find the reason of a rollout that completed, which no deadline replaces; a paused or scaled
    // Deployment is not asked for progress.
    assumes: ["fwd", "const", "np"],
  } as const;
  if (!hasDeadline(deployment) || seconds === undefined) {
    return {
      ...common,
      value: "for ever",
      number: undefined,
      rule: "no progressDeadlineSeconds",
      assumes: [],
    };
  }
  return {
    ...common,
    value: `${seconds + 1} s`,
    number: seconds + 1,
    rule: `progressDeadlineSeconds ${seconds} + 1 s of the timer; nothing is rolled back`,
  };
}

/** The table that `rollsim guarantees` prints, with the assumptions written out below. */
export function guaranteesText(...tables: readonly Guarantees[]): string {
  const used = new Set(
    tables.flatMap(({ guarantees }) => guarantees.flatMap(({ assumes }) => assumes)),
  );
  return [
    ...tables.flatMap(tableOf),
    ...(used.size === 0 ? [] : ["Assumptions:"]),
    ...[...used].flatMap((name) => {
      const [first = "", ...rest] = underMargin(assumptions[name], " ".repeat(9));
      return [`  ${name.padEnd(6)} ${first.trimStart()}`, ...rest];
    }),
    "",
  ].join("\n");
}

function tableOf(g: Guarantees): readonly string[] {
  const lines = g.guarantees.flatMap(({ name, value, rule, law, assumes }) => [
    `  ${name.padEnd(60)} ${value.padStart(10)}  ${law}`,
    ...underMargin(
      `${rule}${assumes.length === 0 ? "" : ` [${assumes.join(", ")}]`}`,
      " ".repeat(6),
    ),
  ]);
  const settings =
    `deployment/${g.deployment}: ${g.strategy}, ${g.replicas} ${g.replicas === 1 ? "replica" : "replicas"}, ` +
    `maxSurge ${g.surge}, maxUnavailable ${g.unavailable} (pods)`;
  return [...underMargin(settings, ""), "", ...lines, ""];
}
