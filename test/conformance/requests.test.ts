/** Recorded requests to a real API server are answered by rollsim's as they were there. */
import { expect, test } from "vitest";
import { readLines } from "../apiserver/recorded.ts";
import { playWorld, type RecordedWorld } from "./requests-play.ts";

const worlds = readLines(
  import.meta.url,
  "data/requests.jsonl.gz",
  (line) => JSON.parse(line) as RecordedWorld,
);

test.each(worlds)(
  "the requests of world $seed are answered as kube-apiserver v1.37.2 did",
  (world) => {
    expect(playWorld(world)).toEqual([]);
  },
);

test("a request that is answered otherwise is told of", () => {
  const [{ requests: [first] } = { requests: [] }] = worlds;
  const told = playWorld({ seed: 0, requests: [{ ...first!, code: 418 }] });
  expect(told.join()).toContain('expected {"code":418,');
});
