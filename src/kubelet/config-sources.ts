/**
 * ConfigMaps and Secrets that a pod names: without one that is not optional, a volume is not mounted (the pod stays in
 * ContainerCreating) or a container is not made (CreateContainerConfigError); the kubelet tries again until it is there.
 * Mirrors pkg/volume/{configmap,secret,projected} SetUp and kubelet_pods.go makeEnvironmentVariables (v1.37.2).
 *
 * Left out: what a container that runs sees of later changes; the pod's other containers, which would start.
 */
import type { Container } from "../api/core.ts";
import { asArray, asRecord, asString, type Json } from "../apiserver/json.ts";
import type { Store } from "../apiserver/store.ts";

/** A ConfigMap or Secret that must be there, and the keys that it must have. */
export interface Needed {
  readonly kind: "configmap" | "secret";
  /** `namespace/name`. */
  readonly key: string;
  readonly keys: readonly string[];
}

interface VolumeNeeds {
  readonly volume: string;
  readonly needed: readonly Needed[];
}

interface Needs {
  readonly volumes: readonly VolumeNeeds[];
  readonly containers: readonly { readonly image: string; readonly needed: readonly Needed[] }[];
}

interface Failure {
  /** How often in a row. */
  readonly times: number;
  readonly message: string;
}

export interface SavedConfigSources {
  readonly failures: readonly (readonly [row: number, failure: Failure])[];
}

/** Every namespace has it: kube-controller-manager's root CA publisher sees to that. */
const ROOT_CA = "kube-root-ca.crt";

export class ConfigSources {
  readonly #store: Store;
  /** Of a pod template, by its source: templates do not change. */
  readonly #needs = new Map<number, Needs>();
  readonly #failures: Map<number, Failure>;

  constructor(store: Store, saved?: SavedConfigSources) {
    this.#store = store;
    this.#failures = new Map(saved?.failures);
    store.kubeletSays = (row) => this.#failures.get(row)?.message ?? "";
  }

  save(): SavedConfigSources {
    return { failures: [...this.#failures] };
  }

  /** Why the pod's volumes cannot be mounted, and how often that was so in a row; undefined where they can. */
  unmounted(row: number): Failure | undefined {
    const { volumes } = this.#needsOf(row);
    if (volumes.length === 0) return undefined;
    for (const { volume, needed } of volumes) {
      const why = this.#missing(needed, mountMessage);
      if (why === undefined) continue;
      return this.#failed(row, `MountVolume.SetUp failed for volume "${volume}" : ${why}`);
    }
    this.#failures.delete(row);
    return undefined;
  }

  /** Why a container cannot be made, and its image, which is there by then; undefined where all can. */
  unmade(row: number): { readonly message: string; readonly image: string } | undefined {
    const { containers } = this.#needsOf(row);
    if (containers.length === 0) return undefined;
    for (const { image, needed } of containers) {
      const why = this.#missing(needed, envMessage);
      if (why !== undefined) return { ...this.#failed(row, why), image };
    }
    this.#failures.delete(row);
    return undefined;
  }

  forget(row: number): void {
    if (this.#failures.size > 0) this.#failures.delete(row);
  }

  #failed(row: number, message: string): Failure {
    const failure = { times: (this.#failures.get(row)?.times ?? 0) + 1, message };
    this.#failures.set(row, failure);
    return failure;
  }

  #missing(
    all: readonly Needed[],
    lacks: (needed: Needed, key: string) => string,
  ): string | undefined {
    for (const needed of all) {
      const object = this.#store.get(`${needed.kind}s`, needed.key);
      const [, name = ""] = needed.key.split("/");
      if (object === undefined) {
        if (name !== ROOT_CA) return `${needed.kind} "${name}" not found`;
        continue;
      }
      const has = { ...asRecord(object["data"]), ...asRecord(object["binaryData"]) };
      const key = needed.keys.find((each) => !Object.hasOwn(has, each));
      if (key !== undefined) return lacks(needed, key);
    }
    return undefined;
  }

  #needsOf(row: number): Needs {
    const source = this.#store.pods.columns.source[row]!;
    const known = this.#needs.get(source);
    if (known !== undefined) return known;
    const needs = this.#needsOfTemplate(source);
    this.#needs.set(source, needs);
    return needs;
  }

  #needsOfTemplate(source: number): Needs {
    const { namespace, spec } = this.#store.registry.sources[source]!;
    const volumes = asArray(spec["volumes"]).map((volume) =>
      volumeNeeds(namespace, asRecord(volume)),
    );
    const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers];
    return {
      volumes: volumes.filter(({ needed }) => needed.length > 0),
      containers: containers
        .map(({ image = "", ...container }) => ({ image, needed: envNeeds(namespace, container) }))
        .filter(({ needed }) => needed.length > 0),
    };
  }
}

/** All that a pod's spec needs, as it is written. */
export function configSources(namespace: string, spec: Json): readonly Needed[] {
  const containers = [...asArray(spec["initContainers"]), ...asArray(spec["containers"])];
  return [
    ...asArray(spec["volumes"]).flatMap((each) => volumeNeeds(namespace, asRecord(each)).needed),
    ...containers.flatMap((each) => envNeeds(namespace, asRecord(each))),
  ].filter(({ key }) => !key.endsWith(`/${ROOT_CA}`));
}

function mountMessage({ kind }: Needed, key: string): string {
  const noun = kind === "secret" ? "secret" : "config";
  return `references non-existent ${noun} key: ${key}`;
}

function envMessage({ kind, key: object }: Needed, key: string): string {
  return `couldn't find key ${key} in ${kind === "secret" ? "Secret" : "ConfigMap"} ${object}`;
}

function volumeNeeds(namespace: string, volume: Readonly<Record<string, unknown>>): VolumeNeeds {
  const projected = asArray(asRecord(volume["projected"])["sources"]).map(asRecord);
  const secret = asRecord(volume["secret"]);
  const needed = [
    sourceNeeds(namespace, "configmap", volume["configMap"]),
    sourceNeeds(namespace, "secret", { ...secret, name: secret["secretName"] }),
    ...projected.flatMap((source) => [
      sourceNeeds(namespace, "configmap", source["configMap"]),
      sourceNeeds(namespace, "secret", source["secret"]),
    ]),
  ];
  return { volume: asString(volume["name"]), needed: needed.flat() };
}

function envNeeds(namespace: string, container: Json | Partial<Container>): readonly Needed[] {
  const whole = asArray(container["envFrom"]).map(asRecord);
  const parts = asArray(container["env"]).map((each) => asRecord(asRecord(each)["valueFrom"]));
  return [
    ...whole.flatMap((from) => [
      ...sourceNeeds(namespace, "configmap", from["configMapRef"]),
      ...sourceNeeds(namespace, "secret", from["secretRef"]),
    ]),
    ...parts.flatMap((from) => [
      ...sourceNeeds(namespace, "configmap", from["configMapKeyRef"]),
      ...sourceNeeds(namespace, "secret", from["secretKeyRef"]),
    ]),
  ];
}

/** `of`: a reference with a `name`, and a `key` or `items` with keys. */
function sourceNeeds(namespace: string, kind: Needed["kind"], of: unknown): readonly Needed[] {
  const { name, optional, key, items } = asRecord(of);
  if (typeof name !== "string" || name === "" || optional === true) return [];
  const keys = [
    ...(key === undefined ? [] : [key]),
    ...asArray(items).map((i) => asRecord(i)["key"]),
  ];
  return [{ kind, key: `${namespace}/${name}`, keys: keys.map(asString) }];
}
