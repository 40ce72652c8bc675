/**
 * What webhooks answer. Nothing is called: a rule of the scenario answers, else what Flagger's load tester
 * says of itself (fluxcd/flagger pkg/loadtester/server.go), else the webhook passes. A rollback hook that
 * passes asks for a rollback: without a rule it says no.
 */
import { globMatcher } from "../../api/glob.ts";
import type { CanaryWebhook } from "../../api/canary.ts";
import type { Millis } from "../../api/meta.ts";
import type { HookAnswer } from "./view.ts";

/** The first rule that matches, and whose time it is, answers. All that is given must match. */
export interface WebhookRule {
  readonly match?: {
    /** Name of the webhook, a glob. */
    readonly name?: string;
    /** Its type; a webhook without one is `rollout`. */
    readonly type?: string;
    /** Its URL, a glob. */
    readonly url?: string;
    /** Name of the Canary, a glob. */
    readonly canary?: string;
  };
  readonly answer: "pass" | "fail";
  /** Virtual ms; default from the start, and to the end of the run. */
  readonly from?: Millis;
  readonly to?: Millis;
}

const FORBIDDEN = "Forbidden";

export function answerOf(
  rules: readonly WebhookRule[],
  canary: string,
  hook: CanaryWebhook,
  now: Millis,
): HookAnswer {
  const type = (hook.type ?? "") === "" ? "rollout" : (hook.type ?? "");
  const rule = rules.find(
    ({ match = {}, from = 0, to = Infinity }) =>
      now >= from &&
      now < to &&
      (match.type === undefined || match.type === type) &&
      isLike(match.name, hook.name) &&
      isLike(match.url, hook.url) &&
      isLike(match.canary, canary),
  );
  if (rule !== undefined) return rule.answer === "pass" ? { ok: true } : refused;
  const path = hook.url.replace(/^[a-z]+:\/\/[^/]*/u, "");
  // Gates of the load tester are closed until somebody opens them.
  const closed = path === "/gate/halt" || path === "/gate/check" || path === "/rollback/check";
  const opens = path === "/gate/approve" || path === "/rollback/open";
  if (closed || (type === "rollback" && !opens)) return refused;
  return { ok: true };
}

const refused: HookAnswer = { ok: false, why: FORBIDDEN };

function isLike(glob: string | undefined, text: string): boolean {
  if (glob === undefined) return true;
  return globMatcher(glob)(text);
}
