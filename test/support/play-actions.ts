/** Lets users act on a cluster, one after the other. */
import type { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import type { UserAction } from "./arbitraries/user-action.ts";

/**
 * Plays each action at its time; what is due before then happens first. An action that kubectl or the API
 * refuses (pausing twice, an undo without history) changes nothing. Answers the exit codes.
 */
export function playActions(cluster: Cluster, actions: readonly UserAction[]): number[] {
  const silent = { readFile: () => undefined, out: () => undefined, err: () => undefined };
  return actions.map(({ afterMs, line }) => {
    cluster.runBefore(cluster.now + afterMs);
    return runKubectl(cluster, line, silent).code;
  });
}
