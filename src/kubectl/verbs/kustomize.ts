/** kubectl kustomize. Mirrors kustomize/v5 commands/build (v5.8.1). */
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import { buildFolder } from "../kustomize/build-folder.ts";
import type { LoadRestrictor } from "../kustomize/folders.ts";

const restrictors: readonly LoadRestrictor[] = ["LoadRestrictionsRootOnly", "LoadRestrictionsNone"];

export function kustomize(call: Call): void {
  const { args, flags } = call;
  if (args.length > 1) fail("specify one path to kustomization.yaml");
  const asked = flags.text("load-restrictor");
  const restrictor = restrictors.find((one) => one === asked);
  if (restrictor === undefined) {
    return fail(
      `illegal flag value --load-restrictor ${asked}; legal values: [${restrictors.join(" ")}]`,
    );
  }
  const order = flags.text("reorder");
  if (!["", "legacy", "none"].includes(order)) {
    fail(`illegal flag value --reorder ${order}; legal values: [legacy none]`);
  }
  if (flags.text("output") !== "") fail("rollsim writes no files: leave out --output");
  const built = buildFolder(call, args[0] ?? ".", {
    restrictor,
    ...(order === "none" ? { order: "fifo" as const } : {}),
    ...(flags.bool("enable-managedby-label") ? { managedByLabel: true as const } : {}),
  });
  call.io.out(built.ok ? built.yaml : fail(built.error));
}
