/** The controller of Experiments: which changes concern which, and what a sync reads. */
import type { AnalysisRun, AnalysisTemplate } from "../../api/analysis.ts";
import type { ReplicaSet } from "../../api/apps.ts";
import type { Client } from "../../api/client.ts";
import type { Experiment } from "../../api/experiment.ts";
import { controllerOf, isControlledBy, type KubeObject } from "../../api/meta.ts";
import type { Operator } from "../operators.ts";
import type { Plan } from "../reconcile.ts";
import { reconcileExperiment } from "./reconcile.ts";
import type { ExperimentView } from "./view.ts";

export class ExperimentController implements Operator<ExperimentView> {
  readonly name = "experiments-controller";
  readonly #api: Client;

  constructor(api: Client) {
    this.#api = api;
  }

  concerns(resource: string, { metadata }: KubeObject): readonly string[] {
    const { namespace = "default", name } = metadata;
    if (resource === "experiments") return [`${namespace}/${name}`];
    if (resource !== "replicasets" && resource !== "analysisruns") return [];
    const owner = controllerOf(metadata);
    return owner?.kind === "Experiment" ? [`${namespace}/${owner.name}`] : [];
  }

  view(key: string): ExperimentView {
    const [namespace = "", name = ""] = key.split("/");
    const answer = this.#api.get({ resource: "experiments", namespace, name });
    const experiment = answer.ok ? (answer.value as Experiment) : undefined;
    const list = (resource: string): readonly KubeObject[] =>
      this.#api.list(resource, { namespace });
    const owned = (resource: string): readonly KubeObject[] =>
      experiment === undefined
        ? []
        : list(resource).filter((object) => isControlledBy(object, experiment));
    return {
      now: this.#api.wallClockMs,
      experiment,
      sets: owned("replicasets") as readonly ReplicaSet[],
      runs: owned("analysisruns") as readonly AnalysisRun[],
      services: owned("services").map(({ metadata }) => metadata.name),
      templates: list("analysistemplates") as readonly AnalysisTemplate[],
      clusterTemplates: this.#api.list("clusteranalysistemplates") as readonly AnalysisTemplate[],
    };
  }

  reconcile(view: ExperimentView): Plan {
    return reconcileExperiment(view);
  }
}
