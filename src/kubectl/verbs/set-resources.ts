/** kubectl set resources and set serviceaccount. Mirrors kubectl/pkg/cmd/set (v0.37.2). */
import { parseQuantity, printQuantity } from "../../apiserver/quantity.ts";
import type { Call } from "../call.ts";
import { dryRunOf } from "../call.ts";
import { fail } from "../errors.ts";
import { reporter } from "../output/report.ts";
import { isLocal } from "../resolve.ts";
import { map, text, withField, type JsonMap } from "../fields.ts";
import { containersMatching, mapContainers, podSpecPath } from "../mutate.ts";
import {
  beginWriting,
  refuseAllWithSelector,
  refuseLocalOnServer,
  resolveForSet,
  runSet,
} from "./set-common.ts";

export function setResources(call: Call): void {
  const writing = beginWriting(call);
  const selection = resolveForSet(call, call.args, "refused");
  refuseLocalOnServer(writing);
  refuseAllWithSelector(call);
  const [limitText, requestText] = [call.flags.text("limits"), call.flags.text("requests")];
  if (limitText === "" && requestText === "") {
    fail("you must specify an update to requests or limits (in the form of --requests/--limits)");
  }
  const limits = readResources(limitText);
  const requests = readResources(requestText);
  const pattern = call.flags.text("containers");
  runSet(call, writing, selection, {
    done: "resource requirements updated",
    refused: "failed to patch resources update to pod template",
    change(object, problems) {
      const matched = containersMatching(object, pattern);
      if (matched.length === 0) {
        problems.push({ text: `error: unable to find container named ${pattern}` });
        return undefined;
      }
      return mapContainers(object, (container) => {
        if (!matched.includes(text(container, "name"))) return container;
        const resources = map(container, "resources");
        return {
          ...container,
          resources: {
            ...resources,
            ...(limitText === "" ? {} : { limits: { ...map(resources, "limits"), ...limits } }),
            ...(requestText === ""
              ? {}
              : { requests: { ...map(resources, "requests"), ...requests } }),
          },
        };
      });
    },
  });
}

/** `cpu=200m,memory=512Mi`. */
function readResources(spec: string): JsonMap {
  if (spec === "") return {};
  const entries = spec.split(",").map((term) => {
    const parts = term.split("=");
    if (parts.length !== 2) fail(`invalid argument syntax ${term}, expected <resource>=<value>`);
    const [name = "", value = ""] = parts;
    const parsed = parseQuantity(value);
    if (!parsed.ok) {
      fail(
        "quantities must match the regular expression " +
          "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      );
    }
    return [name, printQuantity(parsed.quantity)] as const;
  });
  return Object.fromEntries(entries);
}

export function setServiceAccount(call: Call): void {
  // Here before -o is looked at, elsewhere after the objects were.
  const dryRun = dryRunOf(call);
  refuseLocalOnServer({ dryRun, local: isLocal(call) });
  const writing = { dryRun, local: isLocal(call), report: reporter(call, dryRun) };
  const resources = call.args.slice(0, -1);
  const account = call.args.at(-1);
  if (account === undefined) fail("serviceaccount is required");
  const selection = resolveForSet(call, resources, "overlooked");
  runSet(call, writing, selection, {
    done: "serviceaccount updated",
    refused: "failed to patch ServiceAccountName",
    unchanged: "told",
    change: (object) => {
      const [first = "spec", ...rest] = podSpecPath(object) ?? [];
      return withField(object, [first, ...rest, "serviceAccountName"], account);
    },
  });
}
