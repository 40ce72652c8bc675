/** Watches as users have them: events of one resource from now on, kept until they are taken. */
import type { ListOptions, Watch, WatchEvent } from "../api/client.ts";
import type { KubeObject } from "../api/meta.ts";
import { selects } from "./listing.ts";
import { podObject } from "./pod-objects.ts";
import { PodTellings } from "./pod-tellings.ts";
import type { Store } from "./store.ts";

export function openWatch(store: Store, resource: string, options: ListOptions): Watch {
  let events: WatchEvent[] = [];
  const seen = new Set<string>();
  const matches = selects(options);

  /** An object that comes to match is added, one that no longer does is deleted. */
  const tell = (type: WatchEvent["type"], object: KubeObject): void => {
    const uid = object.metadata.uid ?? "";
    const selected = type !== "DELETED" && matches(object);
    const known = seen.has(uid);
    if (selected) seen.add(uid);
    else seen.delete(uid);
    if (selected && !known && type === "MODIFIED")
      events.push({ type: "ADDED", object, at: store.now });
    else if (selected) events.push({ type, object, at: store.now });
    else if (known) events.push({ type: "DELETED", object, at: store.now });
  };
  const existing = resource === "pods" ? [] : store.all(resource);
  for (const object of existing) if (matches(object)) seen.add(object.metadata.uid ?? "");
  if (resource === "pods") {
    for (let row = 0; row < store.pods.length; row++) {
      if (!store.pods.isPresent(row)) continue;
      const pod = podObject(store, row);
      if (matches(pod)) seen.add(pod.metadata.uid ?? "");
    }
  }

  const tellings = new PodTellings(store);
  const stop = store.listen({
    object: (event) => {
      if (event.resource === resource) tell(event.type, event.object);
    },
    pod: (change, row) => {
      if (resource !== "pods") return;
      for (const { type, object } of tellings.of(change, row)) tell(type, object);
    },
  });
  return {
    take: () => {
      const taken = events;
      events = [];
      return taken;
    },
    stop,
  };
}
