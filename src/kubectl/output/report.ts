/** What a verb that writes prints for one object: `NAME OPERATION`, or the object with -o. */
import type { KubeObject } from "../../api/meta.ts";
import { dryRunSuffix, type Call, type DryRun } from "../call.ts";
import { nameOfObject } from "../resources.ts";
import { writePrinter } from "./printer.ts";

export type Reporter = (object: KubeObject, operation: string) => void;

/** Prepared once per command, so that -o is checked before anything is written. */
export function reporter(call: Call, dryRun: DryRun): Reporter {
  const printer = writePrinter(call);
  return (object, operation) => {
    call.io.out(
      printer === undefined
        ? `${nameOfObject(object)} ${operation}${dryRunSuffix(dryRun)}\n`
        : printer(object),
    );
  };
}

/** For verbs whose operation is known late: they write first, and see then that -o is wrong. */
export function lateReporter(call: Call, dryRun: DryRun): Reporter {
  let report: Reporter | undefined;
  return (object, operation) => {
    report ??= reporter(call, dryRun);
    report(object, operation);
  };
}
