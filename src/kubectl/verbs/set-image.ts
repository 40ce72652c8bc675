/** kubectl set image. Mirrors kubectl/pkg/cmd/set/set_image.go (v0.37.2). */
import type { Call } from "../call.ts";
import { failAll, goQuote, type Problem } from "../errors.ts";
import { text } from "../fields.ts";
import { containersMatching, mapContainers } from "../mutate.ts";
import { readPairs } from "../pairs.ts";
import { filesOf } from "../files.ts";
import {
  beginWriting,
  localOnServer,
  oneOrMoreResources,
  resolveForSet,
  runSet,
} from "./set-common.ts";

export function setImage(call: Call): void {
  const writing = beginWriting(call);
  const { resources, set } = readPairs(call.args, "image", "does not remove");
  const selection = resolveForSet(call, resources, "refused");
  const problems: Problem[] = [];
  if (call.flags.bool("all") && call.flags.text("selector") !== "") {
    problems.push({ text: "cannot set --all and --selector at the same time" });
  }
  if (resources.length === 0 && filesOf(call).length === 0)
    problems.push({ text: oneOrMoreResources });
  if (set.size === 0) problems.push({ text: "at least one image update is required" });
  else if (set.size > 1 && set.has("*")) {
    const why = "but saw more than one container_name=container_image pairs";
    problems.push({ text: `all containers are already specified by *, ${why}` });
  }
  if (writing.local && writing.dryRun === "server") problems.push({ text: localOnServer });
  failAll(problems);
  runSet(call, writing, selection, {
    done: "image updated",
    refused: "failed to patch image update to pod template:",
    change(object, found) {
      let changed = object;
      for (const [name, image] of set) {
        const matched =
          name === "*" ? ["*"] : containersMatching(object, "*").filter((c) => c === name);
        if (matched.length === 0) {
          found.push({ text: `error: unable to find container named ${goQuote(name)}` });
        }
        changed = mapContainers(changed, (container) =>
          name === "*" || text(container, "name") === name ? { ...container, image } : container,
        );
      }
      return changed;
    },
  });
}
