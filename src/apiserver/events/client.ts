/**
 * The API as users see it: the API server's objects, and events from where they are kept. What it is asked with is looked at: a
 * misspelt `dryRun` would write.
 */
import { refuseUnknown } from "../../api/check-shape.ts";
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectRef,
  Served,
  Watch,
  WatchEvent,
  WriteOptions,
} from "../../api/client.ts";
import type { Answer } from "../../api/status.ts";
import type { KubeObject } from "../../api/meta.ts";
import { kindOfResource } from "../kinds.ts";
import { selectObjects, selects } from "../listing.ts";
import type { EventRecorder } from "./recorder.ts";

type Names<T> = { readonly [name in keyof Required<T>]: true };

const LIST: Names<ListOptions> = { namespace: true, labelSelector: true, fieldSelector: true };
const WRITE: Names<WriteOptions> = {
  dryRun: true,
  fieldManager: true,
  fieldValidation: true,
  subresource: true,
  force: true,
};
const DELETE: Names<DeleteOptions> = {
  dryRun: true,
  propagationPolicy: true,
  orphanDependents: true,
  gracePeriodSeconds: true,
  preconditions: true,
};

const lists = (given: ListOptions): ListOptions => known(given, LIST, "list option");
const writes = (given: WriteOptions = {}): WriteOptions => known(given, WRITE, "write option");
const deletes = (given: DeleteOptions = {}): DeleteOptions =>
  known(given, DELETE, "deletion option");

function known<T extends object>(given: T, names: object, what: string): T {
  refuseUnknown("", given, names, what);
  return given;
}

/** Events that users create themselves are the API server's, and stand beside the recorded ones. */
export function withEvents(api: Client, recorder: EventRecorder): Client {
  const isEvents = (resource: string): boolean => kindOfResource(resource)?.resource === "events";
  const recorded = ({
    resource,
    namespace = "default",
    name,
  }: ObjectRef): KubeObject | undefined =>
    isEvents(resource) ? recorder.find(namespace, name) : undefined;
  return {
    get now() {
      return api.now;
    },
    get wallClockMs() {
      return api.wallClockMs;
    },
    kinds: () => api.kinds(),
    create: (object, options) => api.create(object, writes(options)),
    update: (object, options) => api.update(object, writes(options)),
    patch: (ref, type, patch, options) => api.patch(ref, type, patch, writes(options)),
    evict: (pod, options) => api.evict(pod, deletes(options)),
    get<R extends string>(ref: ObjectRef<R>): Answer<Served<R>> {
      const value = recorded(ref);
      return value === undefined ? api.get(ref) : { ok: true, value: value as Served<R> };
    },
    list<R extends string>(resource: R, options: ListOptions = {}): readonly Served<R>[] {
      if (!isEvents(resource)) return api.list(resource, lists(options));
      const all = [...recorder.objects(), ...api.list(resource)];
      return selectObjects(all, lists(options)) as readonly Served<R>[];
    },
    delete(ref, options = {}) {
      const value = recorded(ref);
      if (value === undefined) return api.delete(ref, deletes(options));
      if (options.dryRun === undefined) recorder.remove(value);
      return { ok: true, value };
    },
    watch(resource, options = {}) {
      const own = api.watch(resource, lists(options));
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
