/** A KubectlIo on a cluster: lets the controllers react to what a command wrote before time goes on. */
import { anything, callable, oneOf, shape, text, type Fields } from "../api/check-shape.ts";
import type { Client } from "../api/client.ts";
import type { Millis } from "../api/meta.ts";
import type { Cluster } from "../cluster.ts";
import type { KubectlIo } from "./io.ts";
import { kubectl } from "./kubectl.ts";

/** Without `readFile` there are no files. */
export type Streams = Omit<KubectlIo, "client" | "advance" | "readFile"> &
  Partial<Pick<KubectlIo, "readFile">>;

const streamFields: Fields<Streams> = {
  stdin: text,
  readFile: callable,
  out: callable,
  err: callable,
  env: anything,
  customResources: oneOf(["any"]),
  namespace: text,
  setNamespace: callable,
};
const streamsCheck = shape(streamFields, "stream", ["out", "err"], "{ out, err }");

export interface RunOptions {
  /** No command goes on beyond this virtual ms: it is interrupted there. Default: never. */
  readonly until?: Millis;
  /** Called between steps with the next instant; may act on the cluster, at most up to that instant. */
  readonly between?: (next: Millis) => void;
  /** Lets time go on in place of the cluster's own steps, as `KubectlIo.advance`; `until` is then its matter. */
  readonly advance?: KubectlIo["advance"];
  /** The command in the trace. Default: the line. */
  readonly name?: string;
}

/** Runs one command line on a cluster; what it writes takes effect at the instants at which it does so. A RangeError for streams that are none. */
export function runKubectl(
  cluster: Cluster,
  line: string | readonly string[],
  streams: Streams,
  options: RunOptions = {},
): { readonly code: number } {
  streamsCheck("streams", streams);
  const name = options.name ?? (typeof line === "string" ? line : ["kubectl", ...line].join(" "));
  const writes = { pending: false };
  const settle = (): void => {
    writes.pending = false;
    cluster.settle();
  };
  // Between two writes of one command there is time for controllers to react to the first.
  const client = watchWrites(cluster.api, () => {
    if (writes.pending) settle();
    writes.pending = true;
  });
  const io: KubectlIo = {
    readFile: () => undefined,
    ...streams,
    client,
    advance(untilMs) {
      if (writes.pending) {
        settle();
        return "stepped";
      }
      return options.advance?.(untilMs) ?? stepCluster(cluster, untilMs, options);
    },
  };
  return cluster.act(name, () => kubectl(line, io));
}

function stepCluster(
  cluster: Cluster,
  untilMs: Millis,
  { until = Infinity, between }: RunOptions,
): "stepped" | "idle" {
  const limit = Math.min(untilMs, until);
  between?.(Math.min(cluster.nextEventAt() ?? Infinity, limit));
  if ((cluster.nextEventAt() ?? Infinity) <= limit) {
    cluster.step();
    return "stepped";
  }
  if (Number.isFinite(limit)) cluster.runUntil(limit);
  return "idle";
}

/** The same client, telling of every write that may have changed something. */
function watchWrites(api: Client, wrote: () => void): Client {
  const noting = <A extends unknown[], R>(write: (...args: A) => R) => {
    return (...args: A): R => {
      wrote();
      return write(...args);
    };
  };
  return {
    get now() {
      return api.now;
    },
    get wallClockMs() {
      return api.wallClockMs;
    },
    kinds: () => api.kinds(),
    get: (ref) => api.get(ref),
    list: (resource, options) => api.list(resource, options),
    watch: (resource, options) => api.watch(resource, options),
    create: noting((object, options) => api.create(object, options)),
    update: noting((object, options) => api.update(object, options)),
    patch: noting((ref, type, patch, options) => api.patch(ref, type, patch, options)),
    evict: noting((pod, options) => api.evict(pod, options)),
    delete: noting((ref, options) => api.delete(ref, options)),
  };
}
