/** Situations of a Deployment web, in what differs from the usual, and the known failures that it shows in them. */
import { describe, expect, test } from "vitest";
import type { KnownFailure } from "../../src/explain/known-failure.ts";
import { explainDeployment } from "../../src/explain/why.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { clusterAt } from "../../src/scenario/run.ts";
import { web } from "../support/web.ts";

export interface Situation {
  /** Virtual seconds at which it is looked at. */
  readonly at: number;
  /** By virtual second: lines of kubectl, or another step. */
  readonly steps?: Readonly<Record<number, string | object>>;
  readonly behaviors?: readonly object[];
  readonly cluster?: object;
  readonly replicas?: number;
  /** More of the Deployment's spec, of its pods' and of their container's. */
  readonly spec?: object;
  readonly pod?: object;
  readonly container?: object;
  /** Manifests besides the Deployment. */
  readonly objects?: readonly object[];
}

/** At the 60th second. */
export const release = { 60: "set image deploy/web web=web:v2" };

/** A Deployment as the situation has it. */
export function deploymentOf({ replicas = 4, spec, pod, container }: Situation): object {
  const { metadata } = web(1).spec.template;
  const containers = [{ name: "web", image: "web:v1", ...container }];
  const { status: _, ...rest } = web(replicas, {
    ...spec,
    template: { metadata, spec: { containers, ...pod } },
  });
  return rest;
}

/** What `namespace/name` shows. */
export function shown(situation: Situation, named = "default/web"): readonly KnownFailure[] {
  const { at, steps = release, behaviors = [{ ready: { delay: "5s" } }], cluster } = situation;
  const scenario = {
    apiVersion: "rollsim.dev/v1alpha1",
    kind: "Scenario",
    metadata: { name: "situation" },
    behaviors,
    ...(cluster === undefined ? {} : { cluster }),
    steps: Object.entries(steps).map(([second, step]) => ({
      at: `${second}s`,
      ...(typeof step === "string" ? { kubectl: step } : step),
    })),
  };
  const documents = [scenario, ...(situation.objects ?? []), deploymentOf(situation)];
  const text = documents.map((each) => JSON.stringify(each)).join("\n---\n");
  const explanation = explainDeployment(clusterAt(parseScenario(text), at * 1000), named);
  expect(explanation?.at).toBe(at * 1000);
  return explanation!.failures;
}

type Examples = Readonly<Record<string, Partial<Situation>>>;

/** A failure that is named in `usual`, and in the examples of `named`, which differ from it; in those of `not` it is not. */
export function examplesOf(
  story: string,
  usual: Situation,
  { named = {}, not }: { readonly named?: Examples; readonly not: Examples },
): void {
  const stories = (each: Partial<Situation>): readonly string[] =>
    shown({ ...usual, ...each }).map((failure) => failure.story);
  describe(story, () => {
    test.each(Object.entries({ usually: {}, ...named }))("is named %s", (_, each) => {
      expect(stories(each)).toContain(story);
    });
    test.each(Object.entries(not))("is not named %s", (_, each) => {
      expect(stories(each)).not.toContain(story);
    });
  });
}
