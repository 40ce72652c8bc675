/** How the steps of a Deployment's sync end: most refused writes end the sync with them. */
import type { Status } from "../../api/status.ts";
import type { Verdict } from "../reconcile.ts";

/** A step's result, or the error that ends the sync. */
export type Step<T = undefined> =
  | { readonly ok: true; readonly value: T }
  /** `final`: trying again would not help. */
  | { readonly ok: false; readonly error: string; readonly final?: true };

/** A step that came to nothing but its end. */
export const PASSED: Step = { ok: true, value: undefined };

export function refused(status: Status): { readonly ok: false; readonly error: string } {
  return { ok: false, error: status.message };
}

/** How a sync ends where a step was refused. */
export function failed(step: Extract<Step<unknown>, { ok: false }>): Verdict {
  return step.final === true ? { error: step.error, final: true } : { error: step.error };
}
