/** Conditions of metrics, as expr-lang (github.com/expr-lang/expr, docs/language-definition.md) has them. */
import { describe, expect, test } from "vitest";
import { holds } from "../../../src/controllers/analysis/expression.ts";

const result = {
  rate: 0.97,
  text: "ready",
  list: [3, 1, 2],
  flags: [true, false, true],
  none: null,
  pods: [
    { name: "a", ready: true },
    { name: "b", ready: false },
  ],
};

describe("a condition", () => {
  // Each holds, and its opposite does not.
  test.each([
    // Precedence and direction
    "1 + 2 * 3 == 7",
    "(1 + 2) * 3 == 9",
    "7 - 2 - 1 == 4",
    "2 ** 3 ** 2 == 512",
    "2 ^ 3 ^ 2 == 512",
    "2 * 3 ** 2 == 18",
    "-2 ** 2 == -4",
    "-2 + 3 == 1",
    "+2 == 2",
    "12 / 4 / 3 == 1",
    "7 % 4 == 3",
    "1 / 2 == 0.5",
    "true || false && false",
    "(true or false) and true",
    "!false && true",
    "not (1 == 2)",
    "not false and true",
    "1 < 2 == true",
    "1 + 1 < 3",
    // Comparison
    "1 < 2 and not (2 < 2)",
    "1 < 2 < 3 and not (1 < 3 < 2) and 3 >= 3 > 1 and not (1 < 1 < 2)",
    "2 <= 2 and not (3 <= 2)",
    "2 > 1 and not (2 > 2)",
    "2 >= 2 and not (1 >= 2)",
    "1 != 2 and not (1 != 1)",
    '"a" < "b" and "b" >= "b" and "b" > "a" and "a" <= "a"',
    '"a" + "b" == "ab"',
    "[1, 2] == [1, 2] and {a: 1} == {a: 1}",
    // Literals
    "1_000 == 1000 and .5 == 0.5 and 1e3 == 1000",
    `"a\\tb" == 'a\\tb' and "a\\"b" == 'a"b'`,
    '"\\\\n" == `\\n`',
    "nil == result.none",
    "[1, 2,] == [1, 2]",
    '{"a": 1, b: 2,}["b"] == 2',
    // Membership
    "2 in result.list and 5 not in result.list",
    '"a" not contains "b" and "a" not matches "b" and "a" not startsWith "b" and "a" not endsWith "b"',
    "5 in 1..5 and 6 not in 1..5 and 1..2 + 1 == [1, 2, 3] and 2..1 == []",
    '"rate" in result and "other" not in result',
    '"ready" contains "ead" and not ("ready" contains "x")',
    '"ready" startsWith "re" and not ("ready" startsWith "y")',
    '"ready" endsWith "dy" and not ("ready" endsWith "r")',
    '"ready" matches "^r.*y$" and not ("ready" matches "^y")',
    // Fields, indexes, slices
    "result.rate >= 0.95",
    'result["rate"] == 0.97',
    "result.missing == nil",
    "result.none?.more == nil",
    "result?.rate == 0.97",
    "result.list[0] == 3 and result.list[-1] == 2",
    "result.list[1:] == [1, 2]",
    "result.list[:1] == [3]",
    "result.list[1:2] == [1]",
    "result.list[:] == result.list",
    '"ready"[1:3] == "ea"',
    "(result.none ?? 5) == 5",
    "result.none ?? result.none ?? true",
    "result.none ?? [1] | len() == 1",
    "(result.rate ?? 5) == 0.97",
    "result.none == nil ? true : false",
    "1 == 2 ? false : 2 == 2 ? true : false",
    "1 == 1 ?: false",
    "1 == 2 ?: true",
    // Lists
    "all(result.list, {# > 0}) and not all(result.list, {# > 1})",
    "any(result.list, # > 2) and not any(result.list, # > 3)",
    "none(result.list, # > 3) and not none(result.list, # > 2)",
    "one(result.list, # > 2) and not one(result.list, # > 1)",
    "filter(result.list, # > 1) == [3, 2]",
    "map(result.list, # * 2) == [6, 2, 4]",
    "count(result.list, # > 1) == 2 and count(result.flags) == 2",
    "find(result.list, # < 3) == 1 and find(result.list, # > 3) == nil",
    "sum(result.list, # + 1) == 9 and sum(result.list) == 6",
    "all(result.list, true) and count([1, 2], true) == 2",
    "all(result.pods, {.name != nil}) and any(result.pods, .ready)",
    "result.list | map(# + 1) | sum() == 9",
    "filter(result.pods, {.ready}) | len() == 1",
    // Functions
    'len(result.list) == 3 and len("abc") == 3 and len(result) == 6',
    "isNaN(0 / 0) and not isNaN(1)",
    "isInf(1 / 0) and isInf(-1 / 0) and not isInf(1)",
    "not isNil(result)",
    "default(result, 5) == result",
    'asInt("3.7") == 3 and int(-3.7) == -3 and asFloat("1e2") == 100 and float("-.5") == -0.5',
    'string(1) == "1" and string("a") == "a"',
    "abs(-1) == 1 and ceil(1.2) == 2 and floor(1.8) == 1 and round(1.5) == 2",
    "min(3, 1, 2) == 1 and max(result.list) == 3 and mean(1, 2, 6) == 3",
    "first(result.list) == 3 and last(result.list) == 2 and first([]) == nil and last([]) == nil",
    'keys({a: 1, b: 2}) == ["a", "b"] and values({a: 1, b: 2}) == [1, 2]',
    'lower("Ab") == "ab" and upper("Ab") == "AB" and trim(" a ") == "a"',
    'split("a,b", ",") == ["a", "b"]',
  ])("holds: %s", (condition) => {
    expect(holds(condition, result)).toBe(true);
    expect(holds(`!(${condition})`, result)).toBe(false);
  });

  test("looks no further than it has to", () => {
    expect(holds("true || result.x.y", result)).toBe(true);
    expect(holds("false && result.x.y", result)).toBe(false);
    expect(holds("(result.rate ?? result.x.y) > 0", result)).toBe(true);
  });

  test.each<[string, unknown, string]>([
    ["result", 1, "expected bool, but got float64"],
    ["result", null, "expected bool, but got <nil>"],
    ["result", "a", "expected bool, but got string"],
    ["result", [1], "expected bool, but got []interface {}"],
    ["result", {}, "expected bool, but got map[string]interface {}"],
    ["result && true", 1, "expected bool, but got float64"],
    ["!result", 1, "expected bool, but got float64"],
    ["result > 1", "a", "expected a number, but got string"],
    ["result + 1 > 1", null, "expected a number, but got <nil>"],
    ['result contains "a"', 1, "expected string, but got float64"],
    ["all(result, # > 1)", 1, "expected a list, but got float64"],
    ["1 in result", 1, "cannot use in on float64"],
    ["result[0] > 1", [], "reflect: slice index out of range"],
    ["result.a > 1", 1, 'cannot fetch "a" from float64'],
    ["result?.a > 1", 1, 'cannot fetch "a" from float64'],
    ["result.a.b == 1", {}, 'cannot fetch "b" from <nil>'],
    ["len(result) > 1", 1, "invalid argument for len (type float64)"],
    ["other > 1", 1, "unknown name other"],
    ["null == 1", 1, "unknown name null"],
    ["1..1e9 == result", 1, "memory budget exceeded"],
    ["result ?? 1 == 1", 1, "Operator (==) and coalesce expressions (??) cannot be mixed."],
    ["result | len == 1", 1, "unexpected token =="],
    ["result >", 1, "unexpected end"],
    ["(result > 1", 1, "unexpected end"],
    ["result > 1 2", 1, "unexpected token 2"],
    ["result > 1)", 1, "unexpected token )"],
    ["result.1", 1, "unexpected token .1"],
    ["result @ 1", 1, "unrecognized character: @"],
    ["[1 2] == result", 1, "unexpected token 2"],
    ["{a 1} == result", 1, "unexpected token 1"],
    ["{a: 1 b: 2} == result", 1, "unexpected token b"],
    ["all(result, {# > 1) == 1", [1], "unexpected token )"],
  ])("that cannot be judged says why: %s of %j", (condition, of, why) => {
    expect(() => holds(condition, of)).toThrow(why);
  });

  test("that names an unknown function says which are known", () => {
    expect(() => holds("sqrt(result) > 1", 4)).toThrow(/^unknown name sqrt; known: len, isNaN, /);
  });

  test("is told of a missing result by isNil and default", () => {
    expect(holds("isNil(result)", undefined)).toBe(true);
    expect(holds("isNil(result)", null)).toBe(true);
    expect(holds("default(result, 5) == 5", null)).toBe(true);
    expect(holds("default(result, 5) == 4", 4)).toBe(true);
  });
});
