/** What a kubectl command line acts on: a cluster, streams and files. Nothing here knows Node. */
import type { Client } from "../api/client.ts";

export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

export interface KubectlIo {
  readonly client: Client;
  readonly stdin?: string;
  /**
   * Text of a file, or of the manifests of a folder, named by -f; undefined when there is none. A path that ends
   * in two stars after a slash names a folder and all below it, in the order of a walk.
   */
  readFile(path: string): readonly ManifestFile[] | undefined;
  out(text: string): void;
  err(text: string): void;
  /**
   * Lets virtual time go on to the next instant at which something happens, at most to `untilMs`
   * (virtual ms since the start of the run). `idle`: nothing is left to happen before then, and
   * time stands at `untilMs` if that is finite.
   */
  advance(untilMs: number): "stepped" | "idle";
  readonly env?: Readonly<Record<string, string>>;
  /**
   * `any`: objects of custom groups are taken without their definitions. Default: kubectl answers that it
   * knows no such kind.
   */
  readonly customResources?: "any";
  /** Namespace of the current context; default `default`. */
  readonly namespace?: string;
  /** Remembers another one for the commands to come; absent where nothing does. */
  readonly setNamespace?: (namespace: string) => void;
}
