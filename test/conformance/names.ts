/** What traces call ReplicaSets: `web~1`, `web~2` by their Deployment and in order of creation. */
import type { ReplicaSet } from "../../src/api/apps.ts";
import { controllerOf } from "../../src/api/meta.ts";
import type { Cluster } from "../../src/cluster.ts";

export class Names {
  /** Real name to `web~1`. */
  readonly #ids = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** Names all ReplicaSets that have none yet; one without a controller keeps its own. */
  learn(cluster: Cluster): void {
    const sets = cluster.api.list("replicasets");
    for (const { metadata } of sets.toSorted((a, b) => (uid(a) < uid(b) ? -1 : 1))) {
      if (this.#ids.has(metadata.name)) continue;
      const owner = controllerOf(metadata)?.name;
      if (owner === undefined) this.#ids.set(metadata.name, metadata.name);
      else this.number(metadata.name, owner);
    }
  }

  /** Gives a ReplicaSet the next number of a Deployment. */
  number(name: string, owner: string): void {
    if (this.#ids.has(name)) return;
    const n = (this.#counts.get(owner) ?? 0) + 1;
    this.#counts.set(owner, n);
    this.#ids.set(name, `${owner}~${n}`);
  }

  keep(name: string): void {
    if (!this.#ids.has(name)) this.#ids.set(name, name);
  }

  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /** The real name behind an id; unknown ones stand for themselves. */
  nameOf(id: string): string {
    let newest = id;
    for (const [name, known] of this.#ids) if (known === id) newest = name;
    return newest;
  }

  replace(text: string): string {
    let result = text;
    const byLength = [...this.#ids].toSorted(([a], [b]) => b.length - a.length);
    for (const [name, id] of byLength) result = result.replaceAll(name, id);
    return result;
  }
}

function uid(rs: ReplicaSet): string {
  return rs.metadata.uid ?? "";
}
