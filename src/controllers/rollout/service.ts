/**
 * Services of a Rollout: their selectors name the ReplicaSet that they lead to.
 * Mirrors argo-rollouts rollout/service.go.
 *
 * Left out: ping-pong Services, target groups of AWS.
 */
import type { ReplicaSet } from "../../api/apps.ts";
import type { Service } from "../../api/core.ts";
import { decide } from "../decisions.ts";
import { available } from "../deployment/view.ts";
import { write, type Steps } from "../reconcile.ts";
import { event, got, haltReason, hashOf, SyncFailed, type RolloutContext } from "./context.ts";
import { canaryOf, HASH_LABEL, MANAGED_BY, routesTraffic } from "./defaults.ts";
import { isAborted } from "./pause.ts";
import { dynamicRollback } from "./rollback.ts";

export function serviceOf(c: RolloutContext, name: string): Service {
  const found = c.services.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new SyncFailed(`service "${name}" not found`);
  return found;
}

export function selectorHash(service: Service | undefined): string {
  return service?.spec.selector?.[HASH_LABEL] ?? "";
}

/** switchServiceSelector; answers the Service as it is then. */
export function* switchSelector(c: RolloutContext, service: Service, hash: string): Steps<Service> {
  const { name, annotations } = service.metadata;
  const from = selectorHash(service);
  const managed = annotations?.[MANAGED_BY] !== undefined;
  if (from === hash && managed) return service;
  const patch = {
    ...(managed ? {} : { metadata: { annotations: { [MANAGED_BY]: c.rollout.metadata.name } } }),
    spec: { selector: { [HASH_LABEL]: hash } },
  };
  yield decide("rollout/service/switch", { service: name, from: from || "all pods", to: hash });
  const answer = yield* write<Service>({
    do: "patch",
    resource: "services",
    object: service,
    type: "strategic",
    patch,
  });
  const message = `Switched selector for service '${name}' from '${from}' to '${hash}'`;
  const stored = got(answer);
  c.services = c.services.map((each) => (each.metadata.name === name ? stored : each));
  yield event(c, "SwitchService", message);
  return stored;
}

/** reconcilePreviewService: the preview shows the newest pods at once. */
export function* reconcilePreview(c: RolloutContext, preview: Service): Steps<Service> {
  if (haltReason(c) !== undefined || c.newRS === undefined) return preview;
  return yield* switchSelector(c, preview, hashOf(c.newRS));
}

/** reconcileStableAndCanaryService. */
export function* reconcileCanaryServices(c: RolloutContext): Steps<void> {
  const { canaryService = "", stableService = "" } = canaryOf(c.rollout) ?? {};
  yield* leadTo(c, stableService, c.stableRS, "if available");
  if (isAborted(c.pause, c.rollout) && !routesTraffic(c.rollout)) {
    return yield* leadTo(c, canaryService, c.stableRS, "if available");
  }
  // The traffic router leads it back; upstream leads it to the canary and back again in each such sync.
  if (isAborted(c.pause, c.rollout)) return;
  if (dynamicRollback(c.rollout, c.newRS) !== undefined) return;
  yield* leadTo(c, canaryService, c.newRS, "if available");
}

/** ensureSVCTargets: a Service that is adopted waits for all pods, one that moves on for the first. */
export function* leadTo(
  c: RolloutContext,
  name: string,
  rs: ReplicaSet | undefined,
  when: "if available" | "at once",
): Steps<void> {
  if (rs === undefined || name === "") return;
  const service = serviceOf(c, name);
  const to = hashOf(rs);
  if (selectorHash(service) === to) return;
  const adopted = service.metadata.annotations?.[MANAGED_BY] !== undefined;
  const { replicas } = rs.spec;
  const there = available(rs);
  const enough = there > 0 && (adopted || (replicas !== 0 && replicas <= there));
  if (when === "if available" && !enough) {
    const needed = adopted ? 1 : replicas;
    const { name: replicaSet } = rs.metadata;
    yield decide("rollout/service/wait", { service: name, replicaSet, available: there, needed });
    return;
  }
  yield* switchSelector(c, service, to);
}
