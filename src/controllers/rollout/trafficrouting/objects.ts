/** Objects that route traffic: found in the view, written where they change. */
import { deepEqual } from "../../../api/json.ts";
import type { KubeObject } from "../../../api/meta.ts";
import { write, type Steps } from "../../reconcile.ts";
import { got, SyncFailed, type RolloutContext } from "../context.ts";

export function routeObject(
  c: RolloutContext,
  resource: string,
  name: string,
): KubeObject | undefined {
  return c.view.routes[resource]?.find(({ metadata }) => metadata.name === name);
}

export function neededObject(c: RolloutContext, resource: string, name: string): KubeObject {
  const found = routeObject(c, resource, name);
  if (found !== undefined) return found;
  throw new SyncFailed(`${resource} "${name}" not found`);
}

/** Writes the object, unless its spec and annotations are that already. */
export function* writeRoute(
  resource: string,
  before: KubeObject,
  after: KubeObject,
): Steps<"written" | "same"> {
  if (deepEqual(before["spec"], after["spec"]) && deepEqual(before.metadata, after.metadata)) {
    return "same";
  }
  got(yield* write({ do: "update", resource, object: after }));
  return "written";
}
