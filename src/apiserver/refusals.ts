/** What makes the API refuse writes that are fine in themselves: a quota on pods, faults of a scenario. */
import { kindOfResource } from "./kinds.ts";
import { terminating } from "./namespace-deletion.ts";
import {
  alreadyExists,
  conflict,
  failure,
  forbidden,
  invalid,
  notFound,
  type GroupResource,
  type Status,
} from "../api/status.ts";

/** `NamespaceTerminating` is Forbidden with that cause: controllers take it for a reason to give up. */
export type RefusalReason =
  | "Forbidden"
  | "Conflict"
  | "InternalError"
  | "NotFound"
  | "NamespaceTerminating"
  | "AlreadyExists"
  | "Invalid"
  | "Timeout";

/** The controllers' next `skip` such writes pass, the `count` after them are refused. */
export interface OrderedRefusal {
  readonly verb: string;
  readonly resource: string;
  readonly reason: RefusalReason;
  readonly skip: number;
  readonly count: number;
}

export interface SavedRefusals {
  readonly podQuota: number;
  readonly next: readonly (readonly [string, number])[];
  readonly ordered: readonly OrderedRefusal[];
}

export class Refusals {
  /** Pods (not Failed or Succeeded) that may exist at once; 0: no limit. */
  podQuota: number;
  /** How many of the next writes to refuse, by `verb resource`, as in `create pods`. */
  readonly #next: Map<string, number>;
  #ordered: readonly OrderedRefusal[];

  constructor(saved: SavedRefusals = { podQuota: 0, next: [], ordered: [] }) {
    this.podQuota = saved.podQuota;
    this.#next = new Map(saved.next);
    this.#ordered = saved.ordered;
  }

  /** Whoever writes; replaces what was said before about the same verb and resource. */
  refuseNext(verb: string, resource: string, count: number): void {
    this.#next.set(`${verb} ${resource}`, count);
  }

  /** Controllers only; several for one verb and resource are used up one after the other. */
  order(refusal: OrderedRefusal): void {
    this.#ordered = [...this.#ordered, refusal];
  }

  /** The refusal that is due for this write, if there is one; uses it up. */
  take(verb: string, of: GroupResource, name: string, by: string): Status | undefined {
    const ordered = by === "user" ? undefined : this.#takeOrdered(verb, of, name);
    if (ordered !== undefined) return ordered;
    if (this.#next.size === 0) return undefined;
    const key = `${verb} ${of.resource}`;
    const left = this.#next.get(key) ?? 0;
    if (left === 0) return undefined;
    this.#next.set(key, left - 1);
    return forbidden(of, "", "injected");
  }

  save(): SavedRefusals {
    return { podQuota: this.podQuota, next: [...this.#next], ordered: this.#ordered };
  }

  #takeOrdered(verb: string, of: GroupResource, name: string): Status | undefined {
    if (this.#ordered.length === 0) return undefined;
    const index = this.#ordered.findIndex(
      (refusal) => refusal.verb === verb && refusal.resource === of.resource,
    );
    const found = this.#ordered[index];
    if (found === undefined) return undefined;
    const rest =
      found.skip > 0
        ? { ...found, skip: found.skip - 1 }
        : { ...found, count: Math.max(0, found.count - 1) };
    const used = rest.skip === 0 && rest.count === 0;
    this.#ordered = this.#ordered.flatMap((refusal, i) =>
      i !== index ? [refusal] : used ? [] : [rest],
    );
    return found.skip > 0 || found.count === 0 ? undefined : statusOf(found.reason, of, name);
  }
}

function statusOf(reason: RefusalReason, of: GroupResource, name: string): Status {
  switch (reason) {
    case "Forbidden":
      return forbidden(of, name, "injected");
    case "Conflict": {
      const status = conflict(of, name);
      return { ...status, message: `${status.message.split('": ')[0]}": injected` };
    }
    case "InternalError":
      return failure(500, "InternalError", "Internal error occurred: injected");
    case "NotFound":
      return notFound(of, name);
    case "AlreadyExists":
      return alreadyExists(of, name);
    case "Invalid": {
      const cause = {
        reason: "FieldValueForbidden",
        message: "Forbidden: injected",
        field: "spec",
      };
      return invalid(
        { group: of.group, kind: kindOfResource(of.resource)?.kind ?? of.resource },
        name,
        [cause],
      );
    }
    case "Timeout":
      return failure(504, "Timeout", "Timeout: injected");
    case "NamespaceTerminating":
      return terminating("default", of, name);
  }
}
