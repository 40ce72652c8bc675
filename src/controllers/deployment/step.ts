/** How the steps of a Deployment's sync end: most refused writes end the sync with them. */
import { isNamespaceTerminating, type Status } from "../../api/status.ts";
import type { Verdict } from "../reconcile.ts";

/** A step's result, or the error that ends the sync. */
export type Step<T = undefined> = { readonly ok: true; readonly value: T } | StepFailed;

/** `final`: trying again would not help. */
export interface StepFailed {
  readonly ok: false;
  readonly error: string;
  readonly final?: true;
}

/** A step that came to nothing but its end. */
export const PASSED: Step = { ok: true, value: undefined };

/** In a namespace that goes away nothing will ever succeed (deployment_controller.go handleErr). */
export function refused(status: Status): StepFailed {
  const error = status.message;
  return isNamespaceTerminating(status) ? { ok: false, error, final: true } : { ok: false, error };
}

/** How a sync ends where a step was refused. */
export function failed({ error, final }: StepFailed): Verdict {
  return final === true ? { error, final } : { error };
}
