/** What a strategy is: what it puts in the place of the Deployment, and who takes a release back. */
import type { Client } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import type { Release } from "./release.ts";
import type { Watch } from "./watch.ts";

export type Progress = "under way" | "promoted" | "rolled back";

export interface Strategy {
  readonly name: string;
  /** Instead of the release's Deployment and Service. */
  manifests(release: Release, watch: Watch): readonly KubeObject[];
  /** The kubectl line that brings the new version. */
  readonly line: (release: Release) => string;
  /** The kubectl line by which a person takes it back; absent: the controller does it by itself. */
  readonly undo?: (release: Release) => string;
  progress(api: Client, release: Release): Progress;
  /** Whether the controller has decided against the release. */
  readonly isCondemned?: (api: Client, release: Release) => boolean;
}
