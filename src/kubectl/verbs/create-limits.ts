/** kubectl create poddisruptionbudget and create quota. Mirrors kubectl/pkg/cmd/create (v0.37.2). */
import { parseQuantity, printQuantity } from "../../apiserver/quantity.ts";
import { parseRequirements } from "../../apiserver/selector-parser.ts";
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import type { JsonMap } from "../fields.ts";
import { beginMaking, createGenerated, givenNamespace } from "./create.ts";

export function createDisruptionBudget(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const [least, most] = [call.flags.text("min-available"), call.flags.text("max-unavailable")];
  const selector = call.flags.text("selector");
  if (selector === "") fail("a selector must be specified");
  if (least === "" && most === "") {
    fail("one of min-available or max-unavailable must be specified");
  }
  if (least !== "" && most !== "") {
    fail("min-available and max-unavailable cannot be both specified");
  }
  for (const [flag, given] of [
    ["min-available", least] as const,
    ["max-unavailable", most] as const,
  ]) {
    if (given !== "" && !/^[0-9]+%?$/u.test(given)) fail(`invalid format specified for ${flag}`);
  }
  const limit = least === "" ? { maxUnavailable: amount(most) } : { minAvailable: amount(least) };
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, ...givenNamespace(call) },
    spec: { ...limit, selector: selectorOf(selector) },
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  };
  createGenerated(call, making, budget, "failed to create poddisruptionbudgets: ");
}

export function createQuota(call: Call): void {
  const making = beginMaking(call, "one name");
  const { name } = making;
  const { flags } = call;
  const hard = flags.text("hard") === "" ? {} : { hard: readQuota(flags.text("hard")) };
  const scopes = flags.text("scopes") === "" ? {} : { scopes: flags.text("scopes").split(",") };
  const quota = {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name, ...givenNamespace(call) },
    spec: { ...hard, ...scopes },
    status: {},
  };
  createGenerated(call, making, quota, "failed to create quota: ");
}

/** `pods=10,requests.cpu=4`. */
function readQuota(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((pair) => {
    const [name = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) {
      return fail(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
    }
    const parsed = parseQuantity(value);
    return parsed.ok ? ([name, printQuantity(parsed.quantity)] as const) : fail(parsed.error);
  });
  return Object.fromEntries(pairs);
}

function amount(text: string): number | string {
  return /^\d+$/u.test(text) ? Number(text) : text;
}

const OPERATORS: Readonly<Record<string, string>> = {
  in: "In",
  notin: "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
};

/** A LabelSelector from `app=web,tier in (a,b)` (metav1.ParseToLabelSelector). */
function selectorOf(text: string): JsonMap {
  const parsed = parseRequirements(text);
  if (!parsed.ok) return fail(`couldn't parse the selector string "${text}": ${parsed.error}`);
  if (parsed.value.some(({ operator }) => operator === "!=")) {
    return fail('"!=" is not a valid label selector operator');
  }
  const isPair = (operator: string): boolean => operator === "=" || operator === "==";
  const pairs = parsed.value.filter(({ operator }) => isPair(operator));
  const others = parsed.value.filter(({ operator }) => !isPair(operator));
  const matchExpressions = others.map(({ key, operator, values }) => ({
    key,
    operator: OPERATORS[operator] ?? operator,
    ...(values.length === 0 ? {} : { values }),
  }));
  return {
    ...(others.length === 0 ? {} : { matchExpressions }),
    ...(pairs.length === 0
      ? {}
      : {
          matchLabels: Object.fromEntries(pairs.map(({ key, values }) => [key, values[0] ?? ""])),
        }),
  };
}
