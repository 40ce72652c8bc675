/** What is written for a real control plane, broken. */
import { noticedBy } from "./mutant.ts";

const stages = noticedBy(
  ["export/stages.test.ts"],
  [
    [
      "containers that are new are restarted",
      "export/stages",
      `["restart", [isWaiting], BACK_OFF`,
      `["restart", [], BACK_OFF`,
    ],
    [
      "a pod has the stages of every behavior that matches",
      "export/pod-classes",
      `isNot: [...isNot, ...others]`,
      `isNot: others`,
    ],
    [
      "exported pods outlive their grace",
      "export/pod-classes",
      `Math.min(terminateMs, killedMs)`,
      `terminateMs`,
    ],
    [
      "jitter of exported pods is counted from zero",
      "export/stages",
      `{ jitterDurationMilliseconds: most }`,
      `{ jitterDurationMilliseconds: most - least }`,
    ],
    [
      "all exported pods are counted alike",
      "export/stages",
      `index === 0 ? [...counted, isNew]`,
      `index === 0 ? [isNew]`,
    ],
  ],
);

const folders = noticedBy(
  ["export/folder.test.ts"],
  [
    [
      "a folder that is not empty is written into",
      "cli/export",
      `entriesOf(folder, to).length > 0 && !args.force`,
      `false`,
    ],
    [
      "custom resources are exported",
      "export/folder",
      `objects.filter((object) => !isCustom(object))`,
      `objects`,
    ],
    [
      "play.sh expects every line to succeed",
      "export/play-script",
      `command === last ? step.exitCode : 0`,
      `0`,
    ],
  ],
);

export const exportMutants = [...stages, ...folders];
