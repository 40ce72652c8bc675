/** Watches of several resources, read an instant at a time. */
import type { Client, Watch, WatchEvent } from "../api/client.ts";
import type { Millis } from "../api/meta.ts";

export interface Instant {
  readonly at: Millis;
  /** In the order of the resources, then as they happened. */
  readonly events: readonly (WatchEvent & { readonly resource: string })[];
}

/** What was watched and not read yet, by resource. */
export type SavedFeed = readonly (readonly WatchEvent[])[];

export class Feed {
  readonly #resources: readonly string[];
  readonly #watches: readonly Watch[];
  #unread: (readonly WatchEvent[])[];

  constructor(api: Client, resources: readonly string[], saved?: SavedFeed) {
    this.#resources = resources;
    this.#watches = resources.map((resource) => api.watch(resource));
    this.#unread = resources.map((_, i) => saved?.[i] ?? []);
  }

  read(): readonly Instant[] {
    this.#collect();
    const unread = this.#unread;
    if (unread.every((events) => events.length === 0)) return [];
    this.#unread = unread.map(() => []);
    const times = [...new Set(unread.flatMap((events) => events.map(({ at }) => at)))];
    return times
      .toSorted((a, b) => a - b)
      .map((at) => ({
        at,
        events: this.#resources.flatMap((resource, i) =>
          unread[i]!.filter((event) => event.at === at).map((event) => ({ ...event, resource })),
        ),
      }));
  }

  save(): SavedFeed {
    this.#collect();
    return [...this.#unread];
  }

  #collect(): void {
    this.#watches.forEach((watch, i) => {
      const events = watch.take();
      if (events.length > 0) this.#unread[i] = [...this.#unread[i]!, ...events];
    });
  }
}
