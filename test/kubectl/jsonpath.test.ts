import { describe, expect, test } from "vitest";
import { printJsonPath } from "../../src/kubectl/output/jsonpath.ts";

// The examples of Kubernetes' documentation of JSONPath, and their results.
const list = {
  kind: "List",
  items: [
    {
      kind: "None",
      metadata: { name: "127.0.0.1", labels: { "kubernetes.io/hostname": "127.0.0.1" } },
      status: {
        capacity: { cpu: "4" },
        addresses: [{ type: "LegacyHostIP", address: "127.0.0.1" }],
      },
    },
    {
      kind: "None",
      metadata: { name: "127.0.0.2" },
      status: {
        capacity: { cpu: "8" },
        addresses: [
          { type: "LegacyHostIP", address: "127.0.0.2" },
          { type: "another", address: "127.0.0.3" },
        ],
      },
    },
  ],
  users: [
    { name: "myself", user: {} },
    { name: "e2e", user: { username: "admin", password: "secret" } },
  ],
};

describe("jsonpath", () => {
  test.each([
    ["kind is {.kind}", "kind is List"],
    ["{['kind']}", "List"],
    ['{.users[?(@.name=="e2e")].user.password}', "secret"],
    ["{..name}", "127.0.0.1 127.0.0.2 myself e2e"],
    ["{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"],
    ["{.users[0].name}", "myself"],
    [
      "{.items[*]['metadata.name', 'status.capacity']}",
      '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}',
    ],
    [
      "{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}",
      '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
    ],
    ["{.items[*].metadata.labels.kubernetes\\.io/hostname}", "127.0.0.1"],
    ["{.users[-1].name}", "e2e"],
    ["{.users[0:2].name}", "myself e2e"],
    ["{.users[].name}", "myself"],
    ["{.users[1:1].name}", ""],
    ["{.users[::2].name}", "myself"],
    ["{.users[:1].name}", "myself"],
    ['{.items[0].metadata.name}{"\\t"}{.items[1].metadata.name}{"\\n"}', "127.0.0.1\t127.0.0.2\n"],
    ["{.items[*].status.addresses[?(@.type!='another')].address}", "127.0.0.1 127.0.0.2"],
    ["{.nothing.here}", ""],
    ['{.kin"d}{...kind}', "List None None"],
    ["{.users[0].user}", "{}"],
    ["{@.kind}{$.kind}", "ListList"],
  ])("%s", (template, printed) => {
    expect(printJsonPath(template, list)).toBe(printed);
  });

  test.each([
    ["{.a", "error parsing jsonpath {.a, unclosed action"],
    ["{.items[}", "error parsing jsonpath {.items[}, unterminated array"],
    ["{.items[x]}", "error parsing jsonpath {.items[x]}, invalid array index x"],
    ["{.users[9].name}", "array index out of bounds: index 9, length 2"],
    ["{.kind['a,b']}", "error parsing jsonpath {.kind['a,b']}, invalid array index 'a"],
    [
      "{.items?(@.x>1)].y}",
      "error parsing jsonpath {.items?(@.x>1)].y}, unrecognized character in action: U+005D ']'",
    ],
    ["{....a}", "error parsing jsonpath {....a}, invalid multiple recursive descent"],
    ["{.users[0:9].name}", "array index out of bounds: index 8, length 2"],
    ["{.users[1:0].name}", "starting index 1 is greater than ending index 0"],
    ["{.users[0].user[*]}", "map[string]interface {} is not array or slice"],
    [
      '{"\\\\"}{"x"}',
      'error parsing jsonpath {"\\\\"}{"x"}, unquote string "\\\\"}{" error invalid syntax',
    ],
    [
      String.raw`{"\U00110000"}`,
      String.raw`error parsing jsonpath {"\U00110000"}, unquote string "\U00110000" error invalid syntax`,
    ],
    ["{end}", "not in range, nothing to end"],
  ])("%s is refused", (template, error) => {
    expect(printJsonPath(template, list)).toEqual({ error });
  });
});

describe("jsonpath where something is missing", () => {
  const refusing = (path: string): unknown => printJsonPath(path, list, "refuse missing");

  test("misses a field only where none of several has it", () => {
    expect(refusing("{.items[*].metadata.labels}")).toBe('{"kubernetes.io/hostname":"127.0.0.1"}');
    expect(refusing("{.items[*].spec}")).toEqual({ error: "spec is not found" });
  });

  test("misses it in a comparison, too, but not where it is asked whether it is there", () => {
    expect(refusing('{.items[?(@.spec.a=="b")].kind}')).toEqual({ error: "spec is not found" });
    expect(refusing("{.items[?(@.spec.a)].kind}")).toBe("");
  });

  // What goes wrong in a question whether something is there leaves what it had come to.
  test.each([
    ['{.users[?(@.name in "myself")].name}', "myself e2e"],
    ["{.items[?(@.status.addresses[1])].metadata.name}", "127.0.0.1 127.0.0.2"],
  ])("%s prints %s", (path, printed) => {
    expect(printJsonPath(path, list)).toBe(printed);
  });

  test("finds no field without a name", () => {
    expect(printJsonPath("{.items.[0].kind}{.@.kind}", list)).toBe("");
  });

  test("filters arrays alone", () => {
    expect(printJsonPath("{.users[1].user[?(@.a)]}", list)).toEqual({
      error: "map[password:secret username:admin] is not array or slice and cannot be filtered",
    });
  });

  test("looks at what follows a range without an end once more, outside", () => {
    expect(printJsonPath("{range .users[*]}{.name}, {.kind}", list)).toBe("myself, e2e, , List");
  });
});
