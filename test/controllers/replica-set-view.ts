/** ReplicaSets as one sync of their controller reads them. */
import type { ReplicaSetView } from "../../src/controllers/replicaset/view.ts";
import { NOW, replicaSet } from "./rollout-view.ts";

/** Of 3 replicas, all there and available unless said otherwise. */
export function view(change: Partial<ReplicaSetView> = {}, minReadySeconds = 0): ReplicaSetView {
  const rs = replicaSet({ image: "web:1", replicas: 3 });
  return {
    key: "default/web-1",
    now: NOW,
    replicaSet: { ...rs, spec: { ...rs.spec, minReadySeconds } },
    features: { terminatingReplicas: false },
    stale: false,
    awaited: undefined,
    counts: counts({}),
    orphans: [],
    strays: [],
    surplus: [],
    ...change,
  };
}

export function counts(change: Partial<ReplicaSetView["counts"]>): ReplicaSetView["counts"] {
  const all = { active: 3, fullyLabeled: 3, ready: 3, available: 3, terminating: 0 };
  return { ...all, readySeconds: [0, 0, 0], ...change };
}

export const orphan = (row: number) => ({
  row,
  fullyLabeled: true,
  available: true,
  readyS: 0,
});
