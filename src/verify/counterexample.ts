/** A shortest way to the breach of a law, as a scenario that `rollsim run` replays with its recorded schedule. */
import type { KubeObject } from "../api/meta.ts";
import { exploration, type Exploration } from "./explore.ts";
import type { ExploreConfig } from "./explore-config.ts";
import { endingLaw } from "./explore-endings.ts";
import { lackOf, lawsOn, type JudgedLaw } from "./explore-laws.ts";
import { sizesOf } from "./explore-sizes.ts";
import { inWords, STATE_LIMIT, type ExploreOptions, type WitnessStep } from "./explore-verdicts.ts";
import { endExpectation, lawExpectation, type ExpressedWorld } from "./law-expectation.ts";
import { liveness } from "./properties-facts.ts";
import { scenarioText } from "./scenario-text.ts";
import { goalOf, shortestTrace, type TraceStep } from "./trace.ts";
import { playWitness } from "./witness-run.ts";

export interface Counterexample {
  /** Of the law, such as `P3`; `CE0` is the folk claim that there are never more pods than replicas + surge. */
  readonly law: string;
  /** The shortest way, its start first. */
  readonly witness: readonly WitnessStep[];
  /**
   * The same, played in the whole simulator; its expectation fails where the law is breached. Undefined where
   * no cluster can follow the way, as where two caches would hear of things in another order.
   */
  readonly scenario: string | undefined;
}

/** `law`: an id, or a claim such as `CE1`. Undefined: the law holds in all states that were looked at. */
export function counterexampleTo(
  law: string,
  config: ExploreConfig,
  { stateLimit = STATE_LIMIT }: ExploreOptions = {},
): Counterexample | undefined {
  const model = exploration(config);
  for (const judged of judgedAs(law, model)) {
    const way = shortestTrace(model, goalOf(judged.visible ?? judged.property), stateLimit);
    if (way === undefined) continue;
    const scenario = played(model, way, judged);
    return { law: judged.id, witness: inWords(model, way), scenario };
  }
  return undefined;
}

/** RangeError for a law that this configuration does not judge. */
function judgedAs(law: string, model: Exploration): readonly JudgedLaw[] {
  const all = [...lawsOn(model), endingLaw(model)];
  const found = all.filter(({ id, knownAs }) => id === law || knownAs === law);
  if (found.length > 0) return found;
  const needed = lackOf(law);
  if (needed !== undefined) throw new RangeError(`${law} shows where this is not given: ${needed}`);
  const known = new Set(
    all.flatMap(({ id, knownAs }) => [id, ...(knownAs === undefined ? [] : [knownAs])]),
  );
  throw new RangeError(`law ${law}: use one of ${[...known].join(", ")}`);
}

function played(
  model: Exploration,
  way: readonly TraceStep[],
  { id, name, visible }: JudgedLaw,
): string | undefined {
  const { config } = model;
  const isEnding = id === liveness.id;
  const run = playWitness(model, way, manifestOf(config), isEnding ? "ready at once" : undefined);
  if (run === undefined) return undefined;
  const { cluster, behaviors, schedule, steps, manifest, minReadySeconds } = run;
  const { lost } = model.view(way.at(-1)!.state, 0);
  const replicaSets = cluster.api.list("replicasets").map(({ metadata }) => metadata.name);
  const world: ExpressedWorld = {
    deployment: "web",
    selector: "app=web",
    sizes: sizesOf(config),
    replicaSets,
    minReadySeconds,
    lost,
    counts: "available",
  };
  const always = lawExpectation(id, world);
  const text = scenarioText({
    seed: "0",
    schedule,
    behaviors,
    steps,
    manifests: [manifest],
    nodes: 1,
    until: cluster.now + AFTERWARDS_MS,
    ...(always === undefined ? {} : { always: [always] }),
    ...(isEnding ? { finally: [endExpectation(world)] } : {}),
  });
  const story = inWords(model, way).map(({ action }, i) => `#   ${i} ${action}`);
  const where = visible === undefined ? "" : " to where pods show it";
  const head = `# Breaks ${id}, ${name}: the shortest way${where}, ${way.length - 1} steps.`;
  return `${head}\n${story.join("\n")}\n${text}`;
}

const AFTERWARDS_MS = 60_000;

/** A Deployment with an exploration's settings. */
export function manifestOf({ replicas, surge, unavailable, minReady }: ExploreConfig): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      ...(minReady === "positive" ? { minReadySeconds: 5 } : {}),
      selector: { matchLabels: { app: "web" } },
      strategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable },
      },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:v1" }] },
      },
    },
  };
}
