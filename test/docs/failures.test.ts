/** Known failures: each pair of scenarios shows the failure and avoids it, and explain tells them apart. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { failuresOfPods } from "../../src/explain/failures-of-pods.ts";
import { failuresOfRoom } from "../../src/explain/failures-of-room.ts";
import { failuresOfSettings } from "../../src/explain/failures-of-settings.ts";
import { pairOf, settingsChanged, storiesSeen } from "./failures-page.ts";
import { toldStories, untoldStories } from "./stories.ts";

const folder = fileURLToPath(new URL("../../scenarios/", import.meta.url));

/** The output, which test/scenario/scenarios.test.ts keeps true, without its layout. */
function output(name: string): string {
  const lines = readFileSync(`${folder}${name}.out`, "utf8").split("\n");
  return lines.map((line) => line.trim().replace(/^[|:] +/u, "")).join(" ");
}

describe.each(toldStories)("$name", (story) => {
  const { broken, fixed } = pairOf(story);

  test("is shown by the broken scenario, and not by the fixed one", () => {
    expect(output(broken)).toContain(story.shows);
    expect(output(fixed)).not.toContain(story.shows);
    for (const name of [broken, fixed])
      expect(output(name)).toMatch(/PASSED [-\w]+: \d+ expectation/u);
  });

  // The page, which another test makes, has what is said of the broken one. Where the fix is a command, explain
  // says the same up to there.
  if (story.says === undefined && settingsChanged(story).length > 0) {
    test("is not named by explain in the fixed scenario", () => {
      expect(storiesSeen(fixed, story.ask)).not.toContain(story.name);
    });
  }
});

test("every story has its own name, and none is both told and left out", () => {
  const names = [...toldStories, ...untoldStories].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test("what explain can name is a story that a pair of scenarios shows", () => {
  const named = toldStories.filter(({ says }) => says === undefined);
  const detectors = [...failuresOfPods, ...failuresOfRoom, ...failuresOfSettings];
  expect(named).toHaveLength(detectors.length);
});

test("stories without a pair name scenarios that exist", () => {
  for (const { shown } of untoldStories) {
    if (shown !== undefined) expect(existsSync(`${folder}${shown}.yaml`), shown).toBe(true);
  }
});
