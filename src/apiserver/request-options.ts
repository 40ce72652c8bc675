/**
 * What the query of a request, or the body of a deletion, says of how to write. Mirrors apimachinery
 * meta/v1/validation (v0.37.2).
 */
import type { DeleteOptions, PatchType, WriteOptions } from "../api/client.ts";
import { failure, invalid, type Answer } from "../api/status.ts";
import { isRecord, type Json } from "./json.ts";
import {
  asJson,
  forbidden,
  goJson,
  invalid as wrong,
  notSupported,
  required,
  tooLong,
  type Causes,
} from "./validation/errors.ts";

type Options = "CreateOptions" | "UpdateOptions" | "PatchOptions" | "DeleteOptions" | "ListOptions";

/** Refuses options that break a rule, by the name of their kind. */
export function refusedOptions(
  kind: Options,
  causes: Causes,
): Extract<Answer<never>, { ok: false }> | undefined {
  if (causes.length === 0) return undefined;
  return { ok: false, status: invalid({ group: "meta.k8s.io", kind }, "", causes) };
}

/** Who applies has to say in whose name. */
export function managerCauses(fieldManager: string, patchType: PatchType | undefined): Causes {
  const isMissing = patchType === "apply" && fieldManager === "";
  return [
    ...(isMissing ? [required("fieldManager", "is required for apply patch")] : []),
    ...(new TextEncoder().encode(fieldManager).length > 128 ? [tooLong("fieldManager", 128)] : []),
  ];
}

export function readWriteOptions(
  query: URLSearchParams,
  userAgent: string,
  kind: Exclude<Options, "DeleteOptions" | "ListOptions">,
  patchType?: PatchType,
): Answer<WriteOptions> {
  const dryRun = query.getAll("dryRun");
  const fieldValidation = query.get("fieldValidation") ?? "";
  const manager = query.get("fieldManager") ?? "";
  const force = query.get("force");
  const known = ["", "Ignore", "Strict", "Warn"];
  const isPatch = kind === "PatchOptions";
  const refused = refusedOptions(kind, [
    ...(isPatch && patchType !== "apply" && force !== null
      ? [forbidden("force", "may not be specified for non-apply patch")]
      : []),
    ...managerCauses(manager, patchType),
    ...dryRunCauses(dryRun),
    ...(known.includes(fieldValidation)
      ? []
      : [notSupported("fieldValidation", fieldValidation, known)]),
  ]);
  if (refused !== undefined) return refused;
  const fieldManager = manager === "" ? userAgent : manager;
  return {
    ok: true,
    value: {
      ...(dryRun.length > 0 ? { dryRun: "All" as const } : {}),
      ...(fieldManager === "" ? {} : { fieldManager }),
      ...(fieldValidation === "" ? {} : { fieldValidation: fieldValidation as "Warn" }),
      ...(isTrue(force) ? { force: "conflicts" as const } : {}),
    },
  };
}

function dryRunCauses(values: readonly unknown[]): Causes {
  if (values.every((value) => value === "All")) return [];
  return [notSupported("dryRun", values, ["All"])];
}

function isTrue(text: string | null): boolean {
  return text !== null && text !== "0" && text.toLowerCase() !== "false";
}

/** The body, if there is one, else the query. */
export function readDeleteOptions(body: unknown, query: URLSearchParams): Answer<DeleteOptions> {
  const given = isRecord(body) ? fromBody(body) : fromQuery(query);
  if ("error" in given && typeof given["error"] === "string") {
    return { ok: false, status: failure(400, "BadRequest", given["error"]) };
  }
  const { dryRun = [], ...options } = given as Omit<DeleteOptions, "dryRun"> & {
    readonly dryRun?: readonly string[];
  };
  const refused = refusedOptions("DeleteOptions", [
    ...deleteCauses(options),
    ...dryRunCauses(dryRun),
  ]);
  if (refused !== undefined) return refused;
  const { gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions } = options;
  const value: DeleteOptions = {
    ...(dryRun.length > 0 ? { dryRun: "All" } : {}),
    ...(gracePeriodSeconds == null ? {} : { gracePeriodSeconds }),
    ...(propagationPolicy == null ? {} : { propagationPolicy }),
    ...(orphanDependents == null ? {} : { orphanDependents }),
    ...(preconditions == null ? {} : { preconditions }),
  };
  return { ok: true, value };
}

export function deleteCauses({ propagationPolicy, orphanDependents }: DeleteOptions): Causes {
  const policies = ["Foreground", "Background", "Orphan"];
  const policy = propagationPolicy ?? undefined;
  const field = "propagationPolicy";
  const both = "orphanDependents and deletionPropagation cannot be both set";
  return [
    ...(policy !== undefined && orphanDependents != null
      ? [wrong(field, asJson(policy), both)]
      : []),
    ...(policy === undefined || policies.includes(policy)
      ? []
      : [notSupported(field, policy, [...policies, "nil"])]),
  ];
}

function fromBody(body: Json): Json {
  const { kind = "", apiVersion = "", gracePeriodSeconds: grace } = body;
  if (kind !== "" && kind !== "DeleteOptions") {
    const where = `for version ${goJson(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
    return { error: `no kind ${goJson(kind)} is registered ${where}` };
  }
  if (grace == null || typeof grace === "number") return body;
  const into = "Go struct field DeleteOptions.gracePeriodSeconds of type int64";
  return { error: `json: cannot unmarshal ${typeof grace} into ${into}` };
}

function fromQuery(query: URLSearchParams): Json {
  const grace = query.get("gracePeriodSeconds");
  if (grace !== null && !/^[+-]?\d+$/u.test(grace)) {
    return { error: `strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax` };
  }
  const policy = query.get("propagationPolicy");
  const orphan = query.get("orphanDependents");
  return {
    ...(query.has("dryRun") ? { dryRun: query.getAll("dryRun") } : {}),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(orphan === null ? {} : { orphanDependents: isTrue(orphan) }),
  };
}
