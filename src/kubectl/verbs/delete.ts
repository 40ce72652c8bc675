/** kubectl delete. Mirrors kubectl/pkg/cmd/delete/delete.go (v0.37.2). */
import type { DeleteOptions } from "../../api/client.ts";
import { dryRunOf, dryRunSuffix, heed, type Call, type DryRun } from "../call.ts";
import { fail, failAll, type Problem } from "../errors.ts";
import { resolve, type Info } from "../resolve.ts";
import { groupResource, qualifiedName, resourceName } from "../resources.ts";
import { withSource } from "../sources.ts";
import { follow } from "../waiting.ts";
import { deleteRaw } from "./raw.ts";

const weekMs = 168 * 3_600_000;

export function deleteObjects(call: Call): void {
  const { flags } = call;
  const propagation = propagationOf(call);
  const gracePeriodSeconds = gracePeriod(call);
  const dryRun = dryRunOf(call);
  if (flags.bool("all") && flags.text("selector") + flags.text("field-selector") !== "") {
    fail("setting 'all' parameter but found a non empty selector. ");
  }
  if (flags.text("raw") !== "") {
    refuseOddForms(call, gracePeriodSeconds);
    return deleteRaw(call);
  }
  const bulk =
    flags.bool("all") || flags.text("selector") !== "" || flags.text("field-selector") !== "";
  const ignoreMissing = flags.changed("ignore-not-found") ? flags.bool("ignore-not-found") : bulk;
  const selection = resolve(call, {
    bareType: "refused",
    ...(flags.bool("all") ? { all: true as const } : {}),
    nameOnly: true,
  });
  refuseOddForms(call, gracePeriodSeconds);
  if (flags.bool("interactive") && !confirmed(call, selection.infos)) return;
  const problems: Problem[] = [...selection.problems];
  const deleted: Info[] = [];
  for (const info of selection.infos) {
    const grace = gracePeriodSeconds < 0 ? {} : { gracePeriodSeconds };
    const options = { propagationPolicy: propagation, ...grace };
    const outcome = deleteOne(call, info, options, dryRun);
    if (outcome === undefined) deleted.push(info);
    else if (!ignoreMissing || !isMissing(outcome)) problems.push(outcome);
  }
  failAll(problems);
  if (deleted.length === 0) {
    if (selection.infos.length === 0) call.io.out("No resources found\n");
    return;
  }
  if (flags.bool("wait") && dryRun === "none") waitUntilGone(call, deleted);
}

/** --interactive: says what would go, and asks; the answer is read from stdin. */
function confirmed(call: Call, infos: readonly Info[]): boolean {
  if (infos.length === 0) {
    call.io.out("No resources found\n");
    return false;
  }
  call.io.out(`You are about to delete the following ${infos.length} resource(s):\n`);
  for (const { kind, ref } of infos) call.io.out(`${qualifiedName(kind, ref.name)}\n`);
  call.io.out("Do you want to continue? (y/N): ");
  const [answer = ""] = (call.io.stdin ?? "").split("\n");
  if (answer.trim().toLowerCase() === "y") return true;
  call.io.out("deletion is cancelled\n");
  return false;
}

function isMissing(problem: Problem): boolean {
  return "status" in problem && problem.status.reason === "NotFound";
}

/** --grace-period, --now and --force as kubectl combines them, in seconds; below 0: what the object says. */
function gracePeriod({ flags }: Call): number {
  const seconds = flags.int("grace-period");
  const force = flags.bool("force");
  if (flags.bool("now")) {
    return seconds === -1 ? 1 : fail("--now and --grace-period cannot be specified together");
  }
  if (seconds === 0 && !force) return 1;
  return force && seconds < 0 ? 0 : seconds;
}

/** What is looked at when it is known what goes (Validate). */
function refuseOddForms(call: Call, gracePeriodSeconds: number): void {
  const output = call.flags.text("output");
  if (output !== "" && output !== "name") {
    fail(`unexpected -o output mode: ${output}. We only support '-o name'`);
  }
  if (!call.flags.bool("force")) return;
  if (gracePeriodSeconds > 0) {
    fail("--force and --grace-period greater than 0 cannot be specified together");
  }
  call.warn([
    "Immediate deletion does not wait for confirmation that the running resource has been " +
      "terminated. The resource may continue to run on the cluster indefinitely.",
  ]);
}

/** --cascade. */
export function propagationOf(call: Call): NonNullable<DeleteOptions["propagationPolicy"]> {
  const cascade = call.flags.text("cascade");
  switch (cascade) {
    case "true":
      call.io.err(deprecatedCascade(cascade, "background"));
      return "Background";
    case "background":
      return "Background";
    case "foreground":
      return "Foreground";
    case "false":
      call.io.err(deprecatedCascade(cascade, "orphan"));
      return "Orphan";
    case "orphan":
      return "Orphan";
    default:
      return fail(
        `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
      );
  }
}

function deprecatedCascade(given: string, instead: string): string {
  const hint = `can be replaced with --cascade=${instead}`;
  return `warning: --cascade=${given} is deprecated (boolean value) and ${hint}.\n`;
}

function deleteOne(
  call: Call,
  info: Info,
  options: DeleteOptions,
  dryRun: DryRun,
): Problem | undefined {
  if (dryRun === "client") {
    printDeleted(call, info, options, dryRun);
    return undefined;
  }
  const asked = dryRun === "server" ? { ...options, dryRun: "All" as const } : options;
  const answer = heed(call, call.io.client.delete(info.ref, asked));
  if (!answer.ok) return withSource(answer.status, "deleting", info.source);
  printDeleted(call, info, options, dryRun);
  return undefined;
}

function printDeleted(call: Call, info: Info, options: DeleteOptions, dryRun: DryRun): void {
  const { kind, ref } = info;
  const name = groupResource({ group: kind.group, resource: kind.kind.toLowerCase() });
  if (call.flags.text("output") === "name") return call.io.out(`${name}/${ref.name}\n`);
  const verb = options.gracePeriodSeconds === 0 ? "force deleted" : "deleted";
  const where = kind.namespaced ? ` from ${ref.namespace ?? call.namespace} namespace` : "";
  call.io.out(`${name} "${ref.name}" ${verb}${where}${dryRunSuffix(dryRun)}\n`);
}

/** Waits for each object in turn; an object made anew under the same name counts as gone. */
function waitUntilGone(call: Call, deleted: readonly Info[]): void {
  const { client } = call.io;
  const timeout = call.flags.duration("timeout");
  const end = client.now + (timeout > 0 ? timeout : weekMs);
  for (const info of deleted) {
    const first = client.get(info.ref);
    if (!first.ok) continue;
    // Its deletion began before we looked, so whatever is not marked is a new object.
    const { uid, deletionTimestamp } = first.value.metadata;
    if (deletionTimestamp === undefined) continue;
    const watch = client.watch(resourceName(client, info.kind), {
      ...(info.ref.namespace === undefined ? {} : { namespace: info.ref.namespace }),
      fieldSelector: `metadata.name=${info.ref.name}`,
    });
    const result = follow(call, watch, Math.max(1, end - client.now), (event) =>
      event.type === "DELETED" && event.object.metadata.uid === uid ? "done" : "go on",
    );
    if (result === "timed out") {
      fail(`timed out waiting for the condition on ${info.kind.resource}/${info.ref.name}`);
    }
  }
}
