import { expect, test } from "vitest";
import { refuse, text } from "../../src/api/check-shape.ts";

test("a value in the wrong place is shown up to 80 characters", () => {
  const list = Array.from({ length: 100 }, (_, i) => i);
  const shown = JSON.stringify(list).slice(0, 77);
  expect(() => {
    text("name", list);
  }).toThrow(new RangeError(`name: got ${shown}...; use a text`));
  expect(() => refuse("name", "x".repeat(78), "a list")).toThrow(`got "${"x".repeat(78)}"; use`);
  expect(() => refuse("name", undefined, "a list")).toThrow("name: got undefined; use a list");
});

test("what cannot be written as JSON is refused as any other", () => {
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;
  expect(() => refuse("name", loop, "a text")).toThrow("name: got an object; use a text");
  expect(() => refuse("name", 5n, "a text")).toThrow("name: got 5; use a text");
  const call = (): undefined => undefined;
  expect(() => refuse("name", call, "a text")).toThrow("name: got a function; use a text");
});
