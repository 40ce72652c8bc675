/**
 * What a pod needs on its node before its containers start: volumes that are attached and mounted, an address, what
 * its containers are configured with. What is not there is told as an Event, and tried again.
 */
import { PodReason } from "../apiserver/pod-reasons.ts";
import { Attachments, type SavedAttachments } from "./attachments.ts";
import { FIRST_BACKOFF_MS } from "./back-off.ts";
import { ConfigSources, type SavedConfigSources } from "./config-sources.ts";
import { PodAddresses, type SavedPodAddresses } from "./pod-addresses.ts";
import type { PodReports } from "./pod-reports.ts";
import { Turn } from "./turns.ts";
import type { KubeletWorld } from "./world.ts";

/** Of nestedpendingoperations. */
const FIRST_MOUNT_BACKOFF_MS = 500;
const LONGEST_MOUNT_BACKOFF_MS = 122_000;

export interface SavedPreparation {
  readonly attachments: SavedAttachments;
  readonly configs: SavedConfigSources;
  readonly addresses: SavedPodAddresses;
}

export class Preparation {
  readonly #world: KubeletWorld;
  readonly #reports: PodReports;
  readonly #attachments: Attachments;
  readonly #configs: ConfigSources;
  readonly #addresses: PodAddresses;

  constructor(world: KubeletWorld, reports: PodReports, saved?: SavedPreparation) {
    this.#world = world;
    this.#reports = reports;
    this.#attachments = new Attachments(world.store, saved?.attachments);
    this.#configs = new ConfigSources(world.store, saved?.configs);
    this.#addresses = new PodAddresses(world, world.podAddresses, saved?.addresses);
  }

  /** Whether all volumes of the pod are attached now; where not, it is tried again when one is free. */
  attaches(row: number): boolean {
    const waitsFor = this.#attachments.attach(row);
    if (waitsFor === undefined) return true;
    this.#reports.warning(row, "attachdetach-controller", "FailedAttachVolume", waitsFor);
    return false;
  }

  /** Whether the pod still waits for a volume: it may have been tried since it was told that one is free. */
  waitsForVolume(row: number): boolean {
    return this.#attachments.waits(row);
  }

  /** Whether the pod has its volumes and its address; where not, it is tried again. */
  mounts(row: number): boolean {
    const unmounted = this.#configs.unmounted(row);
    if (unmounted !== undefined) {
      const { message, times } = unmounted;
      this.#reports.warning(row, "kubelet", "FailedMount", message);
      const wait = Math.min(FIRST_MOUNT_BACKOFF_MS * 2 ** (times - 1), LONGEST_MOUNT_BACKOFF_MS);
      this.#world.schedule(wait, Turn.mount, row);
      return false;
    }
    const noAddress = this.#addresses.take(row);
    if (noAddress === undefined) return true;
    this.#reports.warning(row, "kubelet", "FailedCreatePodSandBox", noAddress);
    this.#world.schedule(this.#nextSync("sandbox"), Turn.mount, row);
    return false;
  }

  /** Whether its containers can be made; where a ConfigMap or Secret is missing, it is tried again. */
  configures(row: number): boolean {
    const { store, schedule } = this.#world;
    const unmade = this.#configs.unmade(row);
    if (unmade === undefined) return true;
    store.setPodPhase(row, store.pods.columns.phase[row]!, PodReason.configError);
    const there = `Container image "${unmade.image}" already present on machine`;
    this.#reports.normal(row, "kubelet", "Pulled", there);
    this.#reports.warning(row, "kubelet", "Failed", `Error: ${unmade.message}`);
    schedule(this.#nextSync("config"), Turn.restart, row);
    return false;
  }

  /** The pod's object is gone. */
  forget(row: number): void {
    this.#configs.forget(row);
  }

  /** The pod takes nothing on its node any more. */
  release(row: number): void {
    this.#addresses.release(row);
    for (const waiting of this.#attachments.release(row)) {
      this.#world.schedule(0, Turn.attach, waiting);
    }
  }

  save(): SavedPreparation {
    return {
      attachments: this.#attachments.save(),
      configs: this.#configs.save(),
      addresses: this.#addresses.save(),
    };
  }

  /** When a kubelet whose sync of a pod has failed tries again: 10 to 15 s (pod_workers.go completeWork). */
  #nextSync(stream: string): number {
    return FIRST_BACKOFF_MS + this.#world.random.next(stream, FIRST_BACKOFF_MS / 2);
  }
}
