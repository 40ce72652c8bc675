/** kubectl cordon and uncordon. Mirrors kubectl/pkg/cmd/drain/drain.go RunCordonOrUncordon (v0.37.2). */
import { dryRunOf, writeOptions, type Call, type DryRun } from "../call.ts";
import { failAll, failUsage, statusText } from "../errors.ts";
import { map } from "../fields.ts";
import { reporter } from "../output/report.ts";
import { resolve, type Info } from "../resolve.ts";
import { mustFindKind } from "../resources.ts";

export function cordon(call: Call): void {
  setUnschedulable(call, nodesOf(call), "cordoned", dryRunOf(call));
}

export function uncordon(call: Call): void {
  setUnschedulable(call, nodesOf(call), "uncordoned", dryRunOf(call));
}

/** The nodes that the arguments, or a selector, mean. */
export function nodesOf(call: Call): readonly Info[] {
  const selector = call.flags.text("selector");
  if (call.args.length === 0 && !call.flags.changed("selector")) {
    failUsage(`USAGE: ${call.command} NODE [flags]`, call.command);
  }
  if (call.args.length > 0 && selector !== "") {
    failUsage("error: cannot specify both a node name and a --selector option", call.command);
  }
  const args = call.args.some((arg) => arg.includes("/")) ? call.args : ["nodes", ...call.args];
  const { infos, problems } = resolve(call, { bareType: "everything", args });
  failAll(problems);
  const node = mustFindKind(call.io.client, "nodes");
  const other = infos.find(({ kind }) => kind.resource !== node.resource);
  if (other !== undefined) {
    const { group, version, resource } = other.kind;
    const got = `${group}/${version}, Resource=${resource}`;
    failUsage(`error: expected resource of type node, got "${got}"`, call.command);
  }
  return infos;
}

export function setUnschedulable(
  call: Call,
  nodes: readonly Info[],
  operation: "cordoned" | "uncordoned",
  dryRun: DryRun,
): void {
  const report = reporter(call, dryRun);
  const wanted = operation === "cordoned";
  for (const { object, ref } of nodes) {
    if ((map(object, "spec")["unschedulable"] === true) === wanted) {
      report(object, `already ${operation}`);
      continue;
    }
    if (dryRun !== "client") {
      const patch = { spec: { unschedulable: wanted ? true : null } };
      const options = writeOptions({ dryRun, fieldManager: "kubectl-cordon" });
      const answer = call.io.client.patch(ref, "strategic", patch, options);
      if (!answer.ok) {
        const verb = wanted ? "cordon" : "uncordon";
        const name = JSON.stringify(ref.name);
        call.io.err(`error: unable to ${verb} node ${name}: ${statusText(answer.status)}\n`);
        continue;
      }
    }
    report(object, operation);
  }
}
