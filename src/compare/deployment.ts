/** A plain Deployment: nobody measures but a person, who takes the release back by `rollout undo`. */
import type { Client } from "../api/client.ts";
import { isComplete } from "../scenario/rollouts.ts";
import type { Release } from "./release.ts";
import type { Progress, Strategy } from "./strategy.ts";

const plain = {
  line: (release: Release) => `kubectl set image ${nameOf(release)} ${imageOf(release)}`,
  undo: (release: Release) => `kubectl rollout undo ${nameOf(release)}`,
  progress,
};

export const rolling: Strategy = {
  ...plain,
  name: "rolling",
  manifests: ({ deployment, service }) => [service, deployment],
};

/** `1/0` or `25%/25%`: maxSurge and maxUnavailable in the place of the Deployment's; undefined for other text. */
export function rollingWith(settings: string): Strategy | undefined {
  const [, surge, unavailable] = /^(\d+%?)\/(\d+%?)$/u.exec(settings) ?? [];
  if (surge === undefined || unavailable === undefined) return undefined;
  if (Number.parseInt(surge, 10) === 0 && Number.parseInt(unavailable, 10) === 0) return undefined;
  const rollingUpdate = { maxSurge: amount(surge), maxUnavailable: amount(unavailable) };
  const strategy = { type: "RollingUpdate", rollingUpdate };
  return {
    ...plain,
    name: `rolling:${settings}`,
    manifests: ({ deployment, service }) => [
      service,
      { ...deployment, spec: { ...deployment.spec, strategy } },
    ],
  };
}

export const recreate: Strategy = {
  ...plain,
  name: "recreate",
  manifests: ({ deployment, service }) => [
    service,
    { ...deployment, spec: { ...deployment.spec, strategy: { type: "Recreate" } } },
  ],
};

function progress(api: Client, { deployment, newImage, container }: Release): Progress {
  const { namespace = "default", name } = deployment.metadata;
  const found = api.get({ resource: "deployments", namespace, name });
  if (!found.ok) return "under way";
  const now = found.value;
  if (!isComplete(now)) return "under way";
  const image = now.spec.template.spec.containers.find(({ name: of }) => of === container)?.image;
  return image === newImage ? "promoted" : "rolled back";
}

function amount(text: string): number | string {
  return text.endsWith("%") ? text : Number(text);
}

function nameOf({ deployment }: Release): string {
  const { namespace = "default", name } = deployment.metadata;
  return `deployment/${name} -n ${namespace}`;
}

function imageOf({ container, newImage }: Release): string {
  return `${container}=${newImage}`;
}
