/** What the pods will live through, drawn from their behaviors. */
import { behaviorFor, scriptFor, variesByPod, type Behavior, type PodScript } from "./behavior.ts";
import type { KubeletWorld } from "./world.ts";

export class Scripts {
  readonly #world: Pick<KubeletWorld, "store" | "behaviors" | "random">;
  /** Behavior by source: templates do not change. */
  readonly #behaviors: Behavior[] = [];
  /** ... and so do scripts that are the same for every pod. */
  readonly #scripts: (PodScript | undefined)[] = [];

  constructor(world: Pick<KubeletWorld, "store" | "behaviors" | "random">) {
    this.#world = world;
  }

  /** Of a pod as it is made from a source; default: its own. */
  of(row: number, index = this.#world.store.pods.columns.source[row]!): PodScript {
    const known = this.#scripts[index];
    if (known !== undefined) return known;
    const { store, behaviors, random } = this.#world;
    const { columns } = store.pods;
    const { template } = store.registry.sources[index]!;
    const behavior = (this.#behaviors[index] ??= behaviorFor(behaviors, template));
    const pod = { uid: columns.uid[row]!, ordinal: columns.ordinal[row]! };
    const script = scriptFor(behavior, template, random, pod);
    if (!variesByPod(behavior)) this.#scripts[index] = script;
    return script;
  }
}
