/** kubectl replace. Mirrors kubectl/pkg/cmd/replace/replace.go (v0.37.2). */
import type { WriteOptions } from "../../api/client.ts";
import type { KubeObject } from "../../api/meta.ts";
import type { Answer } from "../../api/status.ts";
import { MADE_BY_PUT } from "../../apiserver/kinds.ts";
import {
  dryRunOf,
  fieldManagerOf,
  heed,
  validationOf,
  writeOptions,
  type Call,
  type DryRun,
} from "../call.ts";
import {
  beside,
  exitWith,
  fail,
  failAll,
  failStatus,
  failUsage,
  goQuote,
  type Problem,
} from "../errors.ts";
import { withSortedKeys } from "../../apiserver/json.ts";
import { unversioned } from "../mutate.ts";
import { reporter } from "../output/report.ts";
import { filesOf } from "../files.ts";
import { nameProblem, readObjects, requireFiles, type Info } from "../resolve.ts";
import { withSource } from "../sources.ts";
import { prepared } from "./create.ts";
import { propagationOf } from "./delete.ts";
import { replaceRaw } from "./raw.ts";

export function replace(call: Call): void {
  const dryRun = dryRunOf(call);
  const report = reporter(call, dryRun);
  requireFiles(call);
  refuseUnforced(call, dryRun);
  if (call.args.length > 0) failUsage(`Unexpected args: [${call.args.join(" ")}]`, "replace");
  if (call.flags.text("raw") !== "") return replaceRaw(call);
  const subresource = call.flags.text("subresource");
  const context = { dryRun, fieldManager: fieldManagerOf(call, "kubectl-replace") };
  const options = writeOptions(context, {
    fieldValidation: validationOf(call),
    ...(subresource === "status" || subresource === "scale" ? { subresource } : {}),
  });
  const read = readObjects(call, filesOf(call));
  const problems: Problem[] = [];
  if (call.flags.bool("force")) deleteFirst(call, read.infos);
  for (const info of read.infos) {
    const object = prepared(call, info.object);
    if (dryRun === "client") {
      report(object, "replaced");
      continue;
    }
    const unnamable = nameProblem(object.metadata.name);
    if (unnamable !== undefined) {
      problems.push({ text: `error when replacing ${goQuote(info.source)}: ${unnamable}` });
      continue;
    }
    const answer = heed(call, replaceOne(call, info, object, options));
    if (answer.ok) report(answer.value, "replaced");
    else problems.push(withSource(answer.status, "replacing", info.source));
  }
  failAll([...problems, ...beside(problems, read.problems)]);
}

function replaceOne(
  call: Call,
  info: Info,
  object: KubeObject,
  options: WriteOptions,
): Answer<KubeObject> {
  const { client } = call.io;
  const makes = MADE_BY_PUT.includes(info.kind.kind) && !client.get(info.ref).ok;
  return makes || call.flags.bool("force")
    ? client.create(unversioned(object), options)
    : client.update(withSortedKeys(withVersion(call, info, object)), options);
}

/** What only goes with --force, and what does not. */
function refuseUnforced({ flags }: Call, dryRun: DryRun): void {
  const force = flags.bool("force");
  if (flags.int("grace-period") >= 0 && !force) fail("--grace-period must have --force specified");
  if (flags.duration("timeout") !== 0 && !force) fail("--timeout must have --force specified");
  if (dryRun !== "none" && force) fail("--dry-run can not be used when --force is set");
}

/** An object without a resourceVersion replaces whatever there is now. */
function withVersion(call: Call, info: Info, object: KubeObject): KubeObject {
  if (object.metadata.resourceVersion !== undefined) return object;
  const current = call.io.client.get(info.ref);
  if (!current.ok) return object;
  const { resourceVersion } = current.value.metadata;
  return {
    ...object,
    metadata: { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  };
}

/** --force: away with the objects, and wait until they are gone. */
function deleteFirst(call: Call, infos: readonly Info[]): void {
  const { client } = call.io;
  const propagationPolicy = propagationOf(call);
  const grace = call.flags.int("grace-period");
  // Not even 0 lets a pod go without its kubelet.
  const options = grace < 0 ? {} : { gracePeriodSeconds: Math.max(1, grace) };
  for (const { kind, ref } of infos) {
    const answer = client.delete(ref, { propagationPolicy, ...options });
    if (!answer.ok) {
      if (answer.status.reason === "NotFound") continue;
      failStatus(answer.status);
    }
    const group = kind.group === "" ? "" : `.${kind.group}`;
    const name = `${kind.kind.toLowerCase()}${group} "${ref.name}"`;
    call.io.out(`${name} deleted from ${ref.namespace ?? call.namespace} namespace\n`);
  }
  for (const { ref } of infos) {
    while (client.get(ref).ok) {
      if (call.io.advance(client.now + 300_000) === "idle") {
        exitWith("error: timed out waiting for the condition");
      }
    }
  }
}
