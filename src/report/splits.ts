/**
 * The canary of plain Deployments: where one Service selects the pods of several, each gets its share of the
 * requests by its share of the ready pods, and only such shares are to be had.
 */
import type { Deployment } from "../api/apps.ts";
import type { StringMap } from "../api/meta.ts";
import type { TraceEntry } from "../api/trace.ts";

export class Splits {
  readonly #selectors = new Map<string, StringMap>();
  readonly #told = new Map<string, string>();

  feed(entry: TraceEntry): void {
    if (entry.kind !== "write" || entry.error !== undefined) return;
    if (entry.resource !== "services") return;
    const key = `${entry.namespace}/${entry.name}`;
    const { selector } = (entry.object?.["spec"] ?? {}) as { readonly selector?: StringMap };
    if (entry.verb === "delete" || selector === undefined) this.#selectors.delete(key);
    else this.#selectors.set(key, selector);
  }

  /** What is to be told anew of each Service whose split is another than when it was told last. */
  news(deployments: readonly Deployment[]): readonly { readonly service: string; text: string }[] {
    return [...this.#selectors].flatMap(([key, selector]) => {
      const text = splitText(deployments.filter((each) => isBehind(each, key, selector)));
      if (this.#told.get(key) === text) return [];
      this.#told.set(key, text);
      return text === "" ? [] : [{ service: key.slice(key.indexOf("/") + 1), text }];
    });
  }
}

/** Empty where all requests go to one Deployment. */
function splitText(deployments: readonly Deployment[]): string {
  const shares = deployments.flatMap(({ metadata, status }) => {
    const ready = status.readyReplicas ?? 0;
    return ready === 0 ? [] : [{ name: metadata.name, ready }];
  });
  const pods = shares.reduce((sum, { ready }) => sum + ready, 0);
  if (shares.length < 2) return "";
  const told = shares.map(
    ({ name, ready }) => `${name} ${ready}/${pods} = ${percent(ready, pods)}`,
  );
  return (
    `requests by pods: ${told.join(", ")}; with ${pods} pods a share is a multiple of ` +
    `${percent(1, pods)}, at most ${percent(0.5, pods)} off`
  );
}

function isBehind({ metadata, spec }: Deployment, service: string, selector: StringMap): boolean {
  const { namespace = "default" } = metadata;
  // A Rollout may refer to a Deployment for its template.
  const template: Deployment["spec"]["template"] | undefined = spec.template;
  const labels = template?.metadata?.labels ?? {};
  const all = Object.entries(selector);
  if (all.length === 0 || !service.startsWith(`${namespace}/`)) return false;
  return all.every(([key, value]) => labels[key] === value);
}

function percent(part: number, whole: number): string {
  return `${Math.round((part / whole) * 1000) / 10}%`;
}
