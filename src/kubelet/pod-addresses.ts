/**
 * Addresses of pods, where there are only so many: those of a cloud's subnet. A pod has one from when its sandbox is
 * made until it is gone, also while it is terminating. Pods on the host's network need none.
 */
import { asRecord } from "../apiserver/json.ts";
import type { Store } from "../apiserver/store.ts";
import type { Random } from "../engine/random.ts";

export interface SavedPodAddresses {
  /** Rows of the pods that have one; empty where there are enough for all. */
  readonly held: readonly number[];
}

/** Hexadecimal digits of a sandbox's identifier. */
const ID_DIGITS = 64;

export class PodAddresses {
  readonly #store: Store;
  readonly #random: Random;
  readonly #limit: number;
  readonly #held: Set<number>;

  /** `limit`: how many there are, on all nodes together. */
  constructor(
    { store, random }: { readonly store: Store; readonly random: Random },
    limit: number,
    saved?: SavedPodAddresses,
  ) {
    this.#store = store;
    this.#random = random;
    this.#limit = limit;
    this.#held = new Set(saved?.held);
  }

  /**
   * The pod has an address now (undefined), or none is left: in the words of the AWS VPC CNI plugin, as the kubelet
   * passes them on (kuberuntime_manager.go SyncPod).
   */
  take(row: number): string | undefined {
    if (this.#limit === Infinity || this.#held.has(row) || this.#isOnHostNetwork(row))
      return undefined;
    if (this.#held.size < this.#limit) {
      this.#held.add(row);
      return undefined;
    }
    const digit = (): string => this.#random.next("sandbox", 16).toString(16);
    const sandbox = Array.from({ length: ID_DIGITS }, digit).join("");
    return (
      "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox " +
      `"${sandbox}": plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address ` +
      "to container"
    );
  }

  /** The pod is gone. */
  release(row: number): void {
    if (this.#held.size > 0) this.#held.delete(row);
  }

  save(): SavedPodAddresses {
    return { held: [...this.#held] };
  }

  #isOnHostNetwork(row: number): boolean {
    const { spec } = this.#store.registry.sources[this.#store.pods.columns.source[row]!]!;
    return asRecord(spec)["hostNetwork"] === true;
  }
}
