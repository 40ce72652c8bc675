/** Which objects of a cluster are to be explained, and the texts: Deployments, Rollouts, Canaries; autoscalers by name. */
import type { HorizontalPodAutoscaler } from "../api/autoscaling.ts";
import type { Canary } from "../api/canary.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Rollout } from "../api/rollout.ts";
import type { Cluster } from "../cluster.ts";
import { triedTexts, triesOf } from "../compare/tries.ts";
import { explainAutoscaler } from "../explain/autoscaler.ts";
import { explainCanary, explainRollout } from "../explain/operated.ts";
import { explanationText, operatedText } from "../explain/text.ts";
import { explainDeployment } from "../explain/why.ts";
import { wrap } from "../report/paint.ts";
import { nearest } from "../scenario/nearest.ts";

export type Explained =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly why: string };

const AUTOSCALERS = "horizontalpodautoscalers";
const KINDS = [
  { resource: "rollouts", words: ["rollout", "rollouts", "ro"] },
  { resource: "canaries", words: ["canary", "canaries"] },
  { resource: "deployments", words: ["deployment", "deployments", "deploy"] },
  { resource: AUTOSCALERS, words: ["hpa", "horizontalpodautoscaler", AUTOSCALERS] },
] as const;
type Kind = (typeof KINDS)[number];

export interface ExplainedOptions {
  /** Columns. */
  readonly width: number;
  /** Whether what people try is tried, in copies of the cluster. */
  readonly tries: "none" | "all";
}

/** `wanted`: `web`, `deploy/web`, `hpa/web`; absent: all that roll out. */
export function explained(
  cluster: Cluster,
  wanted: string | undefined,
  options: ExplainedOptions,
): Explained {
  const [word, name] = wanted?.includes("/") ? wanted.split("/") : [undefined, wanted];
  const kinds = KINDS.filter(({ resource, words }) =>
    word === undefined ? resource !== AUTOSCALERS : words.some((each) => each === word),
  );
  if (kinds.length === 0) {
    return {
      ok: false,
      why: `${wanted}: Deployments, Rollouts, Canaries and autoscalers are explained, as in deployment/web`,
    };
  }
  const all = kinds.flatMap((kind) =>
    cluster.api.list(kind.resource).map((object) => ({ kind, object })),
  );
  const found = all.filter(({ object }) => name === undefined || object.metadata.name === name);
  if (found.length > 0) {
    const texts = found.map(({ kind, object }) => textOf(cluster, kind, object, options));
    return { ok: true, text: texts.join("\n") };
  }
  if (name === undefined) {
    return { ok: true, text: "There is no Deployment, Rollout or Canary.\n" };
  }
  const best = nearest(
    name,
    all.map(({ object }) => object.metadata.name),
  );
  const meant = all.find(({ object }) => object.metadata.name === best);
  const known = all.map(({ kind: { words }, object }) => `${words[0]}/${object.metadata.name}`);
  const hint =
    meant === undefined ? thereAre(known) : `; did you mean ${meant.kind.words[0]}/${best}?`;
  const kind = word === undefined ? "Deployment" : titles[kinds[0]!.resource];
  return { ok: false, why: `no ${kind} "${name}" at this time${hint}` };
}

/** Not all of hundreds. */
function thereAre(known: readonly string[]): string {
  if (known.length === 0) return "";
  const more = known.length > 5 ? ` and ${known.length - 5} more` : "";
  return `; there is ${known.slice(0, 5).join(", ")}${more}`;
}

const titles: Readonly<Record<Kind["resource"], string>> = {
  deployments: "Deployment",
  rollouts: "Rollout",
  canaries: "Canary",
  horizontalpodautoscalers: "HorizontalPodAutoscaler",
};

function textOf(
  cluster: Cluster,
  { resource }: Kind,
  object: KubeObject,
  { width, tries }: ExplainedOptions,
): string {
  switch (resource) {
    case "rollouts":
      return operatedText(explainRollout(cluster, object as Rollout), width);
    case "canaries":
      return operatedText(explainCanary(cluster, object as Canary), width);
    case AUTOSCALERS:
      return operatedText(explainAutoscaler(cluster, object as HorizontalPodAutoscaler), width);
    case "deployments": {
      const { namespace = "default", name } = object.metadata;
      const explanation = explainDeployment(cluster, `${namespace}/${name}`)!;
      const found = tries === "all" ? triedTexts(triesOf(cluster, explanation)) : [];
      return `${explanationText(explanation, width)}${triedText(found, width)}`;
    }
  }
}

function triedText(tries: readonly string[], width: number): string {
  if (tries.length === 0) return "";
  const head =
    "Tried from here, each in a copy of this cluster, with no later step of the scenario:";
  return [
    "",
    ...wrap(head, width, "", ""),
    ...tries.flatMap((text) => wrap(text, width, "  - ", "    ")),
    "",
  ].join("\n");
}
