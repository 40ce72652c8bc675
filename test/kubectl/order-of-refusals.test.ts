/** Which of several mistakes in one line is told, as the real kubectl has it. */
import { expect, test } from "vitest";
import { session } from "./session.ts";

const files = {
  "w.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:v1", env: [{ name: A, value: "1" }], args: [x] }] }
`,
  "spaces.env": "a b=c\n",
  "dots.env": "..x=1\n",
};
const noPrinter = (format: string): string =>
  `error: unable to match a printer suitable for the output format "${format}", allowed formats are: go-template,` +
  "go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml\n";
const noDryRun = 'error: Invalid dry-run value (x). Must be "none", "server", or "client".\n';
const localOnServer =
  "error: cannot specify --local and --dry-run=server - did you mean --dry-run=client?\n";

test.each([
  // What is wrong with the form of the answer is told before what is missing.
  ["set resources -f w.yaml --local -o wide", noPrinter("wide")],
  ["set resources -f w.yaml --local --dry-run=x", noDryRun],
  ["set resources -f w.yaml --local --dry-run=server", localOnServer],
  ["set sa -f w.yaml --local -o wide", noPrinter("wide")],
  ["set sa -f w.yaml --local --dry-run=server -o wide", localOnServer],
  ["set image -f w.yaml --local -o wide", noPrinter("wide")],
  ["set image -f w.yaml --local web=a --dry-run=server -o wide", noPrinter("wide")],
  ["set image -f w.yaml --local web=a --dry-run=server", localOnServer],
  ["set env -f w.yaml --local A=2 --keys=a --dry-run=x", noDryRun],
  ["set env -f w.yaml --local A=2 --keys=a --dry-run=server", localOnServer],
  ["set selector -f w.yaml --local -o wide", noPrinter("wide")],
  ["set subject -f w.yaml --local -o wide", noPrinter("wide")],
  ["create pdb a --selector=app=web -o wide", noPrinter("wide")],
  ["create clusterrole a --verb=get --dry-run=x", noDryRun],
  ["create role a --dry-run=x", noDryRun],
  ["create rolebinding a -o wide", noPrinter("wide")],
  ["create quota a --hard=x --dry-run=x", noDryRun],
  ["create ingress a --rule=x -o wide", noPrinter("wide")],
  ["create service clusterip a --dry-run=x", noDryRun],
  ["create cm a --from-literal=a/b=c -o wide", noPrinter("wide")],
  ["create secret tls a --dry-run=x", noDryRun],
  ["create job a --from=cronjob/none -o wide", noPrinter("wide")],
  ["create pdb a -o jsonpath={.a", "error: error parsing jsonpath {.a, unclosed action\n"],
  [
    "set image -f w.yaml --local b=c -o jsonpath={.a",
    "error: error parsing jsonpath {.a, unclosed action\n",
  ],
  // With --local a selector is not looked at.
  ["set env -f w.yaml --local -l =x", ""],
  // Each file that is not there is told.
  ["apply -f one.yaml", 'error: the path "one.yaml" does not exist\n'],
  [
    "apply -f one.yaml,two.yaml",
    'the path "one.yaml" does not exist\nthe path "two.yaml" does not exist\n',
  ],
  // Of an object that is not there nothing is printed, in whatever form.
  [
    "get deploy none -o custom-columns=",
    'Error from server (NotFound): deployments.apps "none" not found\n',
  ],
  [
    "get deploy none -o jsonpath={.a",
    'Error from server (NotFound): deployments.apps "none" not found\n',
  ],
  ["get deploy -o jsonpath={.a", "error: error parsing jsonpath {.a, unclosed action\n"],
  [
    "apply view-last-applied deploy none -o x",
    'Error from server (NotFound): deployments.apps "none" not found\n',
  ],
  [
    "apply view-last-applied deploy none --all",
    "error: name cannot be provided when a selector is specified\n",
  ],
  [
    "apply -f w.yaml --force --dry-run=server",
    "error: --dry-run=server cannot be used with --force\n",
  ],
  ["apply -f w.yaml --force --prune --all", "error: --force cannot be used with --prune\n"],
  ["diff --force-conflicts", "error: must specify one of -f and -k\n"],
  ["diff --typo", "error: unknown flag: --typo\nSee 'kubectl diff -h' for help and examples\n"],
  [
    "exec pod web -- date",
    "error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n" +
      "See 'kubectl exec -h' for help and examples\n",
  ],
  [
    "auth can-i get /healthz --subresource=scale",
    "error: --subresource can not be used with NonResourceURL\n",
  ],
  [
    "auth can-i get pods --no-headers",
    "error: --no-headers cannot be set without --list specified\n",
  ],
  [
    "auth can-i --list -q",
    "error: list option can't be specified with neither quiet, all-namespaces nor subresource options\n",
  ],
  [
    "autoscale deploy --max=3 -o x",
    "error: resource(s) were provided, but no name was specified\n",
  ],
  ["autoscale deploy a --max=0 --dry-run=x", noDryRun],
  ["patch deploy a --dry-run=x", noDryRun],
  ["delete db -o x", 'error: the server doesn\'t have a resource type "db"\n'],
  ["delete deploy a -l b=c -o x", "error: name cannot be provided when a selector is specified\n"],
  ["delete deploy a -o x", "error: unexpected -o output mode: x. We only support '-o name'\n"],
  ["wait deploy a -o wide", noPrinter("wide")],
  // But a name has to be there before all else.
  [
    "create pdb -o wide",
    "error: exactly one NAME is required, got 0\nSee 'kubectl create poddisruptionbudget -h' for help and examples\n",
  ],
  [
    "run a --image=b -i --dry-run=client",
    "error: --dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)\n",
  ],
])("kubectl %s", (line, printed) => {
  expect(session(files)(line)).toBe(printed);
});

test("expose tells of each object that it has no port for it", () => {
  const type = session(files);
  type("create deployment a --image=b\ncreate deployment c --image=d");
  const wrong = 'strconv.Atoi: parsing "http": invalid syntax\n';
  expect(type("expose deploy a c --port=http")).toBe(wrong + wrong);
});

test("set env that changes nothing prints nothing, with --local, too", () => {
  expect(session(files)("set env -f w.yaml --local -c web -o yaml")).toBe("");
});

test("with --local, --from has to be among the files", () => {
  expect(session(files)("set env -f w.yaml --local --from=cm/x")).toBe(
    "error: unsupported resource specified in --from\n",
  );
});

test("lines of --from-env-file name variables, of which less is allowed than of keys", () => {
  const rule =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must " +
    "not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation " +
    "is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
  const type = session(files);
  expect(type("create cm a --from-env-file=spaces.env")).toBe(
    `error: "a b" is not a valid key name: ${rule}\n`,
  );
  expect(type("create cm a --from-env-file=dots.env")).toBe(
    "error: \"..x\" is not a valid key name: must not start with '..'\n",
  );
});

test.each([
  [
    "{ matchExpressions: [{ key: app, operator: In, values: [web] }] }",
    "invalid deployment: no selectors, therefore cannot be exposed",
  ],
  [
    "{ matchLabels: { app: web }, matchExpressions: [{ key: app, operator: In, values: [a, web] }, { key: b, operator: DoesNotExist }] }",
    'couldn\'t convert expressions - "[{Key:app Operator:In Values:[a web]} {Key:b Operator:DoesNotExist Values:[]}]" ' +
      "to map-based selector format",
  ],
])("expose cannot make a selector of %s", (selector, why) => {
  const text = files["w.yaml"].replace("{ matchLabels: { app: web } }", selector);
  const type = session({ "w.yaml": text });
  type("apply -f w.yaml");
  expect(type("expose deploy web --port=80")).toBe(
    `error: couldn't retrieve selectors via --selector flag or introspection: ${why}\n`,
  );
});

test("one object is not sorted, and printed by --template alone as soon as it is applied", () => {
  const type = session({ "two.yaml": `${files["w.yaml"]}---\n${files["w.yaml"]}` });
  expect(type("apply -f two.yaml --dry-run=client --template='<{{.kind}}>'")).toBe(
    "<Deployment><Deployment>",
  );
  type("create deployment web --image=web");
  expect(type("get deploy web --sort-by=.spec.nope -o name")).toBe("deployment.apps/web\n");
});
