/**
 * kubectl config, of the one context that there is. Mirrors client-go/tools/clientcmd and kubectl/pkg/cmd/config
 * (v0.37.2); all that can be changed is the namespace of the context.
 */
import { layTable } from "../columns/table.ts";
import type { Call } from "../call.ts";
import { fail } from "../errors.ts";
import { helpText } from "../help.ts";
import { writePrinter } from "../output/printer.ts";
import { toYaml } from "../output/yaml.ts";

const context = "rollsim";

export function configView(call: Call): void {
  // In the order of Go's structs, as JSON shows it.
  const config = {
    kind: "Config",
    apiVersion: "v1",
    clusters: [{ name: context, cluster: { server: "https://rollsim" } }],
    users: [{ name: "admin", user: {} }],
    contexts: [
      {
        name: context,
        context: { cluster: context, user: "admin", namespace: call.namespace },
      },
    ],
    "current-context": context,
  };
  call.io.out((writePrinter(call) ?? toYaml)(config));
}

export function currentContext(call: Call): void {
  call.io.out("rollsim\n");
}

export function getContexts(call: Call): void {
  const [name] = call.args;
  const headers = ["CURRENT", "NAME", "CLUSTER", "AUTHINFO", "NAMESPACE"];
  if (name !== undefined && name !== context) {
    if (!call.flags.bool("no-headers")) call.io.out(layTable([headers]));
    fail(`context ${name} not found`);
  }
  if (call.flags.text("output") === "name") {
    call.io.out(`${context}\n`);
    return;
  }
  const row = ["*", context, context, "admin", call.namespace];
  call.io.out(layTable(call.flags.bool("no-headers") ? [row] : [headers, row]));
}

export function getClusters(call: Call): void {
  call.io.out(`NAME\n${context}\n`);
}

export function getUsers(call: Call): void {
  call.io.out("NAME\nadmin\n");
}

export function useContext(call: Call): void {
  const [name, ...more] = call.args;
  if (name === undefined || more.length > 0) {
    call.io.out(helpText(call.command) ?? "");
    fail(`Unexpected args: [${call.args.join(" ")}]`);
  }
  if (name !== context) fail(`no context exists with the name: ${JSON.stringify(name)}`);
  call.io.out(`Switched to context "${context}".\n`);
}

/** `config set-context --current --namespace=dev`: where commands without -n go from now on. */
export function setContext(call: Call): void {
  const [name] = call.args;
  const current = call.flags.bool("current");
  if (current && name !== undefined) fail("you cannot specify both a context name and --current");
  if (!current && name === undefined) {
    fail("you must specify a non-empty context name or --current");
  }
  if (name !== undefined && name !== context) fail("rollsim has one context, rollsim");
  if (call.namespaceGiven) {
    const { setNamespace } = call.io;
    if (setNamespace === undefined) {
      fail("nothing remembers the namespace of a context here; give -n with each command");
    }
    setNamespace(call.namespace);
  }
  call.io.out(`Context "${context}" modified.\n`);
}
