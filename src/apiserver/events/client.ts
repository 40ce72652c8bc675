/** The API as users see it: the API server's objects, and events from where they are kept. */
import type {
  Client,
  ListOptions,
  ObjectRef,
  Served,
  Watch,
  WatchEvent,
} from "../../api/client.ts";
import type { Answer } from "../../api/status.ts";
import type { KubeObject } from "../../api/meta.ts";
import { kindOfResource } from "../kinds.ts";
import { selectObjects, selects } from "../listing.ts";
import type { EventRecorder } from "./recorder.ts";

/** Events that users create themselves are the API server's, and stand beside the recorded ones. */
export function withEvents(api: Client, recorder: EventRecorder): Client {
  const isEvents = (resource: string): boolean => kindOfResource(resource)?.resource === "events";
  const recorded = (ref: Parameters<Client["get"]>[0]): KubeObject | undefined =>
    isEvents(ref.resource) ? recorder.find(ref.namespace ?? "default", ref.name) : undefined;
  return {
    get now() {
      return api.now;
    },
    get wallClockMs() {
      return api.wallClockMs;
    },
    kinds: () => api.kinds(),
    create: (object, options) => api.create(object, options),
    update: (object, options) => api.update(object, options),
    patch: (ref, type, patch, options) => api.patch(ref, type, patch, options),
    evict: (pod, options) => api.evict(pod, options),
    get<R extends string>(ref: ObjectRef<R>): Answer<Served<R>> {
      const value = recorded(ref);
      return value === undefined ? api.get(ref) : { ok: true, value: value as Served<R> };
    },
    list<R extends string>(resource: R, options: ListOptions = {}): readonly Served<R>[] {
      if (!isEvents(resource)) return api.list(resource, options);
      const all = [...recorder.objects(), ...api.list(resource)];
      return selectObjects(all, options) as readonly Served<R>[];
    },
    delete(ref, options = {}) {
      const value = recorded(ref);
      if (value === undefined) return api.delete(ref, options);
      if (options.dryRun === undefined) recorder.remove(value);
      return { ok: true, value };
    },
    watch(resource, options = {}) {
      const own = api.watch(resource, options);
      return isEvents(resource) ? watchBoth(own, recorder, options) : own;
    },
  };
}

function watchBoth(own: Watch, recorder: EventRecorder, options: ListOptions): Watch {
  const matches = selects(options);
  let events: WatchEvent[] = [];
  const { pump, stop } = recorder.watch((event) => {
    if (matches(event.object)) events.push(event);
  });
  return {
    take() {
      pump();
      const taken = [...events, ...own.take()].toSorted((a, b) => a.at - b.at);
      events = [];
      return taken;
    },
    stop() {
      stop();
      own.stop();
    },
  };
}
