/** What makes the API refuse writes that are fine in themselves: a quota on pods, faults of a scenario. */

export interface SavedRefusals {
  readonly podQuota: number;
  readonly next: readonly (readonly [string, number])[];
}

export class Refusals {
  /** Pods (not Failed or Succeeded) that may exist at once; 0: no limit. */
  podQuota: number;
  /** How many of the next writes to refuse, by `verb resource`, as in `create pods`. */
  readonly #next: Map<string, number>;

  constructor(saved: SavedRefusals = { podQuota: 0, next: [] }) {
    this.podQuota = saved.podQuota;
    this.#next = new Map(saved.next);
  }

  refuseNext(verb: string, resource: string, count: number): void {
    this.#next.set(`${verb} ${resource}`, count);
  }

  /** Takes one of the refusals that were ordered; true where there was one. */
  take(verb: string, resource: string): boolean {
    const left = this.#next.get(`${verb} ${resource}`) ?? 0;
    if (left > 0) this.#next.set(`${verb} ${resource}`, left - 1);
    return left > 0;
  }

  save(): SavedRefusals {
    return { podQuota: this.podQuota, next: [...this.#next] };
  }
}
