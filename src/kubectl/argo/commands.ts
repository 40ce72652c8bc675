/** The commands of the plugin kubectl argo rollouts. */
import { command, type Command } from "../command-table.ts";
import { exitWith } from "../errors.ts";
import { getRollout } from "./get-rollout.ts";
import { lint } from "./lint.ts";
import {
  abort,
  argoVersion,
  listRollouts,
  pause,
  promote,
  restart,
  retry,
  setImage,
  status,
  undo,
} from "./rollouts.ts";

const ROLLOUT = "|rollouts|ro";

const verbs: readonly Command[] = [
  command("argo rollouts abort", "", abort),
  command(`argo rollouts get rollout${ROLLOUT}`, "no-color:bool", getRollout),
  command("argo rollouts lint", "f,filename:string", lint),
  command(
    "argo rollouts list rollouts|rollout|ro",
    "name:string A,all-namespaces:bool",
    listRollouts,
  ),
  command("argo rollouts pause", "", pause),
  command(
    "argo rollouts promote",
    "full:bool c,skip-current-step:bool a,skip-all-steps:bool",
    promote,
  ),
  command("argo rollouts restart", "i,in:string", restart),
  command(`argo rollouts retry rollout${ROLLOUT}`, "", retry),
  command("argo rollouts set image", "", setImage),
  command("argo rollouts status", "w,watch:bool=true t,timeout:duration=0s", status),
  command("argo rollouts undo", "to-revision:int", undo),
  command("argo rollouts version", "short:bool", argoVersion),
];

export const argoCommands: readonly Command[] = [
  group("argo"),
  group("argo rollouts|rollout"),
  group("argo rollouts get"),
  group("argo rollouts list|ls"),
  group("argo rollouts retry"),
  group("argo rollouts set"),
  ...verbs,
];

/** A word that needs another: it says which there are. */
function group(path: string): Command {
  return command(path, "", ({ command: words }) => {
    const lines = verbs
      .filter((verb) => verb.path.startsWith(`${words} `))
      .map((verb) => `  kubectl ${verb.path}`);
    return exitWith(`Usage:\n${lines.join("\n")}`);
  });
}
