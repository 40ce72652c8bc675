import { expect, test } from "vitest";
import { TooManyPods } from "../../src/apiserver/too-many-pods.ts";
import { UsageError } from "../../src/cli/io.ts";
import { playing } from "../../src/cli/replay.ts";

test("more pods than a run can have are the mistake of the file", () => {
  const play = (): never => {
    throw new TooManyPods();
  };
  expect(() => playing("web.yaml", play)).toThrow(UsageError);
  expect(() => playing("web.yaml", play)).toThrow(/^web\.yaml: more than 8388608 pods: /u);
});
