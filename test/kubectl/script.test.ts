import { describe, expect, test } from "vitest";
import { splitScript } from "../../src/kubectl/script.ts";

const words = (text: string) => splitScript(text).map((line) => line.words.join("|"));

describe("pasted lines", () => {
  test("lose their prompt and the word kubectl", () => {
    expect(words("$ kubectl get pods\nkubectl get rs\n  get deploy")).toEqual([
      "get|pods",
      "get|rs",
      "get|deploy",
    ]);
  });

  test("go on after a backslash at the end", () => {
    expect(words("kubectl set image deploy/web \\\n    web=nginx:2")).toEqual([
      "set|image|deploy/web|web=nginx:2",
    ]);
  });

  test("are several commands with && and ;", () => {
    expect(words("kubectl get rs && kubectl get pods; kubectl get deploy")).toEqual([
      "get|rs",
      "get|pods",
      "get|deploy",
    ]);
  });

  test("keep what is quoted together, operators and # included", () => {
    expect(words(`kubectl patch deploy web -p '{"spec": {"a": "x && y; #z"}}' # comment`)).toEqual([
      'patch|deploy|web|-p|{"spec": {"a": "x && y; #z"}}',
    ]);
  });

  test("a # inside a word is no comment", () => {
    expect(words("kubectl get pods -l a=b#c # the rest is one")).toEqual(["get|pods|-l|a=b#c"]);
  });

  test("empty lines and comments are nothing", () => {
    expect(splitScript("\n# only words\n   \n")).toEqual([]);
  });
});
