/** kubectl lines on one cluster. */
import { Cluster } from "../../src/cluster.ts";
import { runKubectl } from "../../src/kubectl/cluster-io.ts";
import { splitScript } from "../../src/kubectl/script.ts";

export const behaviors = [{ ready: { delay: 1000 }, terminate: { delay: 1000 } }];

/** Runs pasted lines, which may name these files; answers what they printed, errors too. */
export function session(files: Readonly<Record<string, string>> = {}): (lines: string) => string {
  const cluster = new Cluster({ behaviors });
  const readFile = (path: string) =>
    files[path] === undefined ? undefined : [{ name: path, text: files[path] }];
  return (lines) => {
    let printed = "";
    for (const { words } of splitScript(lines)) {
      const print = (text: string): void => {
        printed += text;
      };
      runKubectl(cluster, words, { out: print, err: print, readFile });
    }
    return printed;
  };
}
