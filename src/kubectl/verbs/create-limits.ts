/** kubectl create poddisruptionbudget and create quota. Mirrors kubectl/pkg/cmd/create (v0.37.2). */
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import { createGenerated, givenNamespace, nameArgument } from "./create.ts";

export function createDisruptionBudget(call: Call): void {
  const name = nameArgument(call, "one name");
  const [least, most] = [call.flags.text("min-available"), call.flags.text("max-unavailable")];
  const selector = call.flags.text("selector");
  if (selector === "") fail("a selector must be specified");
  if (least === "" && most === "") {
    fail("one of min-available or max-unavailable must be specified");
  }
  if (least !== "" && most !== "") {
    fail("min-available and max-unavailable cannot be both specified");
  }
  const limit = least === "" ? { maxUnavailable: amount(most) } : { minAvailable: amount(least) };
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, ...givenNamespace(call) },
    spec: { ...limit, selector: { matchLabels: pairsOf(selector) } },
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  };
  createGenerated(call, budget, "failed to create poddisruptionbudgets: ");
}

export function createQuota(call: Call): void {
  const name = nameArgument(call, "one name");
  const { flags } = call;
  const hard = flags.text("hard") === "" ? {} : { hard: pairsOf(flags.text("hard")) };
  const scopes = flags.text("scopes") === "" ? {} : { scopes: flags.text("scopes").split(",") };
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name, ...givenNamespace(call) },
    spec: { ...hard, ...scopes },
    status: {},
  };
  createGenerated(call, quota, "failed to create quota: ");
}

function amount(text: string): number | string {
  return /^\d+$/u.test(text) ? Number(text) : text;
}

/** `app=web,tier=fe`; sets and other terms are not for `matchLabels`. */
function pairsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((pair) => {
    const [key = "", value, ...more] = pair.split(/==?/u);
    if (value === undefined || more.length > 0)
      fail(`invalid argument ${pair}, expected key=value`);
    return [key, value] as const;
  });
  return Object.fromEntries(pairs);
}
