/** The controller of Rollouts: which changes concern which, and what a sync reads. */
import type { AnalysisRun, AnalysisTemplate } from "../../api/analysis.ts";
import type { Deployment, ReplicaSet } from "../../api/apps.ts";
import type { Client } from "../../api/client.ts";
import type { Pod, Service } from "../../api/core.ts";
import { controllerOf, isControlledBy, type KubeObject } from "../../api/meta.ts";
import type { Experiment } from "../../api/experiment.ts";
import type { Rollout } from "../../api/rollout.ts";
import type { Operator } from "../operators.ts";
import type { Plan } from "../reconcile.ts";
import { blueGreenOf, canaryOf, statusOf } from "./defaults.ts";
import { reconcileRollout } from "./rollout.ts";
import type { RolloutView } from "./view.ts";

/** Objects that belong to one Rollout. */
const OWNED = new Set(["replicasets", "analysisruns", "experiments"]);
/** Objects that route traffic, which a Rollout reads and writes. */
const ROUTES = ["ingresses", "httproutes", "virtualservices", "destinationrules", "trafficsplits"];
const TEMPLATES = new Set(["analysistemplates", "clusteranalysistemplates"]);

export class RolloutController implements Operator<RolloutView> {
  readonly name = "rollouts-controller";
  readonly #api: Client;

  constructor(api: Client) {
    this.#api = api;
  }

  concerns(resource: string, object: KubeObject): readonly string[] {
    const { metadata } = object;
    const { namespace = "default", name } = metadata;
    if (resource === "rollouts") return [`${namespace}/${name}`];
    if (OWNED.has(resource)) {
      const owner = controllerOf(metadata);
      return owner?.kind === "Rollout" ? [`${namespace}/${owner.name}`] : [];
    }
    if (TEMPLATES.has(resource)) {
      const all = resource === "analysistemplates" ? { namespace } : {};
      return this.#keys(all, () => true);
    }
    if (resource === "services") return this.#keys({ namespace }, (ro) => servicesOf(ro).has(name));
    if (resource === "deployments") {
      return this.#keys({ namespace }, ({ spec }) => spec.workloadRef?.name === name);
    }
    if (!ROUTES.includes(resource)) return [];
    return this.#keys({ namespace }, (ro) => canaryOf(ro)?.trafficRouting !== undefined);
  }

  view(key: string): RolloutView {
    const [namespace = "", name = ""] = key.split("/");
    const answer = this.#api.get({ resource: "rollouts", namespace, name });
    const list = <T extends KubeObject>(resource: string): readonly T[] =>
      this.#api.list(resource, { namespace }) as readonly T[];
    const rollout = answer.ok ? (answer.value as Rollout) : undefined;
    const owned = <T extends KubeObject>(resource: string): readonly T[] =>
      rollout === undefined
        ? []
        : list<T>(resource).filter((object) => isControlledBy(object, rollout));
    const routes =
      rollout === undefined || canaryOf(rollout)?.trafficRouting === undefined ? [] : ROUTES;
    return {
      now: this.#api.wallClockMs,
      rollout,
      replicaSets: list<ReplicaSet>("replicasets"),
      services: list<Service>("services"),
      analysisRuns: owned<AnalysisRun>("analysisruns"),
      templates: list<AnalysisTemplate>("analysistemplates"),
      clusterTemplates: this.#api.list("clusteranalysistemplates") as readonly AnalysisTemplate[],
      experiments: owned<Experiment>("experiments"),
      workload: this.#workloadOf(rollout, namespace),
      routes: Object.fromEntries(routes.map((resource) => [resource, list(resource)])),
      pods: rollout === undefined ? [] : this.#podsOf(rollout, namespace),
    };
  }

  reconcile(view: RolloutView): Plan {
    return reconcileRollout(view);
  }

  #keys(
    where: { readonly namespace?: string },
    concerned: (rollout: Rollout) => boolean,
  ): readonly string[] {
    return (this.#api.list("rollouts", where) as readonly Rollout[])
      .filter(concerned)
      .map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`);
  }

  #workloadOf(rollout: Rollout | undefined, namespace: string): Deployment | undefined {
    const name = rollout?.spec.workloadRef?.name;
    if (name === undefined) return undefined;
    const answer = this.#api.get({ resource: "deployments", namespace, name });
    return answer.ok ? answer.value : undefined;
  }

  #podsOf(rollout: Rollout, namespace: string): readonly Pod[] {
    const { restartAt } = rollout.spec;
    if (restartAt === undefined || restartAt === statusOf(rollout).restartedAt) return [];
    const sets = this.#api
      .list("replicasets", { namespace })
      .filter((set) => isControlledBy(set, rollout))
      .map(({ metadata }) => metadata.uid);
    return this.#api
      .list("pods", { namespace })
      .filter(({ metadata }) => sets.includes(controllerOf(metadata)?.uid));
  }
}

function servicesOf(rollout: Rollout): ReadonlySet<string> {
  const { activeService, previewService } = blueGreenOf(rollout) ?? {};
  const { stableService, canaryService } = canaryOf(rollout) ?? {};
  const names = [activeService, previewService, stableService, canaryService];
  return new Set(names.filter((name) => name !== undefined));
}
