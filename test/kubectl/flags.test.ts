import { describe, expect, test } from "vitest";
import { exitOf } from "../../src/kubectl/errors.ts";
import { flagSpec, parseFlags } from "../../src/kubectl/flags.ts";

const specs = [
  "n,namespace:string",
  "o,output:string",
  "A,all-namespaces:bool",
  "w,watch:bool=true",
  "f,filename:list",
  "e,env:array",
  "replicas:int",
  "timeout:duration=30s",
  "dry-run:string=none?unchanged",
].map(flagSpec);

const parse = (...words: string[]) => parseFlags(words, specs, "get");

function refusal(...words: string[]): string {
  try {
    parse(...words);
  } catch (thrown) {
    return exitOf(thrown)?.text ?? String(thrown);
  }
  return "";
}

describe("flags are read as pflag reads them", () => {
  test.each([
    ["--namespace=x"],
    ["--namespace", "x"],
    ["-n=x"],
    ["-nx"],
    ["-n", "x"],
    ["-An", "x"],
  ])("%s %s", (...words) => {
    expect(parse(...words.filter((word) => word !== undefined)).flags.text("namespace")).toBe("x");
  });

  test("stand before, between and after arguments", () => {
    const { args, flags } = parse("-n", "x", "deploy", "-oyaml", "web", "--all-namespaces");
    expect(args).toEqual(["deploy", "web"]);
    expect([flags.text("output"), flags.bool("all-namespaces")]).toEqual(["yaml", true]);
  });

  test("end at --, and the rest are arguments", () => {
    const { args, flags } = parse("web", "--", "-n", "x");
    expect([args, flags.dashAt]).toEqual([["web", "-n", "x"], 1]);
  });

  test("a lone - is an argument, or the value of a flag", () => {
    expect(parse("-f", "-").flags.list("filename")).toEqual(["-"]);
    expect(parse("-").args).toEqual(["-"]);
  });

  test("lists split at commas, arrays do not, both add up", () => {
    const { flags } = parse("-f", "a,b", "--filename=c", "-e", "A=1,2", "--env", "B=3");
    expect(flags.list("filename")).toEqual(["a", "b", "c"]);
    expect(flags.list("env")).toEqual(["A=1,2", "B=3"]);
  });

  test("a bare --dry-run has a value of its own and takes no argument", () => {
    const { flags, args } = parse("--dry-run", "client");
    expect([flags.text("dry-run"), args]).toEqual(["unchanged", ["client"]]);
  });

  test("a bool is turned off only with =", () => {
    expect(parse("--watch=false").flags.bool("watch")).toBe(false);
    expect(parse("--watch", "false").args).toEqual(["false"]);
  });

  test("underscores are dashes", () => {
    expect(parse("--all_namespaces").flags.bool("all-namespaces")).toBe(true);
  });

  test("durations keep their unit and integers their base", () => {
    expect(parse("--timeout=1m30s").flags.duration("timeout")).toBe(90_000);
    expect(parse("--replicas=0x10").flags.int("replicas")).toBe(16);
    expect(parse("--replicas=-1").flags.int("replicas")).toBe(-1);
  });

  const usage = "\nSee 'kubectl get --help' for usage.";
  test.each([
    ["--bogus", "error: unknown flag: --bogus"],
    ["-x", "error: unknown shorthand flag: 'x' in -x"],
    ["-Ax", "error: unknown shorthand flag: 'x' in -x"],
    ["--output", "error: flag needs an argument: --output"],
    ["-o", "error: flag needs an argument: 'o' in -o"],
    [
      "--replicas=x",
      'error: invalid argument "x" for "--replicas" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [
      "--watch=maybe",
      'error: invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      "--timeout=5",
      'error: invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"',
    ],
  ])("%s is refused in pflag's words", (word, text) => {
    expect(refusal(word)).toBe(text + usage);
  });
});
