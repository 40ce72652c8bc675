/** How a command is written down: words, aliases, flags in a short notation, and what runs. */
import type { Call } from "./call.ts";
import { flagSpec, type FlagSpec } from "./flags.ts";

export interface Command {
  /** `rollout status` */
  readonly path: string;
  readonly aliases: readonly string[];
  readonly flags: readonly FlagSpec[];
  readonly required: readonly string[];
  /** Absent for groups, which only print their help. */
  readonly run?: (call: Call) => { readonly code: number } | void;
}

export const files = "f,filename:list k,kustomize:string R,recursive:bool ";
export const selector = "l,selector:string ";
export const fieldSelector = "field-selector:string ";
export const everywhere = "A,all-namespaces:bool ";
export const print =
  "o,output:string allow-missing-template-keys:bool=true show-managed-fields:bool template:string ";
export const dry = "dry-run:string=none?unchanged ";
export const record = "record:bool ";
export const manager = "field-manager:string ";
export const validate = "validate:string=strict?strict ";
export const save = "save-config:bool ";
export const cascade = "cascade:string=background?background ";
export const chunk = "chunk-size:int=500 ";
export const local = "local:bool ";
export const timeout = "timeout:duration=0s ";
export const generated = print + dry + manager + validate + save;
export const setting = "all:bool " + files + print + dry + local + manager + record + selector;

const deprecated: Readonly<Record<string, string>> = {
  record: "--record will be removed in the future",
  reorder: "use the new 'sortOptions' field in kustomization.yaml instead.",
  "enable-managedby-label":
    "The flag `enable-managedby-label` has been deprecated. " +
    "Use the `managedByLabel` option in the `buildMetadata` field instead.",
  "cpu-percent":
    "Use --cpu with percentage or resource quantity format " +
    "(e.g., '70%' for utilization or '500m' for milliCPU).",
};

function specs(notation: string): readonly FlagSpec[] {
  const words = notation.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const spec = flagSpec(word);
    const hint = deprecated[spec.name];
    return hint === undefined ? spec : { ...spec, deprecated: hint };
  });
}

type Run = (call: Call) => { readonly code: number } | void;

export function command(path: string, notation: string, run?: Run): Command {
  const [words = "", ...aliases] = path.split("|");
  let flags: readonly FlagSpec[] | undefined;
  return {
    path: words,
    aliases,
    // A line needs those of one command, of a hundred.
    get flags() {
      return (flags ??= specs(notation.replaceAll("!", "")));
    },
    get required() {
      return Array.from(notation.matchAll(/!(\S+)/gu), ([, word = ""]) => flagSpec(word).name);
    },
    ...(run === undefined ? {} : { run }),
  };
}

/** Which of these commands a word names. Aliases are looked at last: most stand in helps, which are long to read. */
export function commandNamed(among: readonly Command[], word: string): Command | undefined {
  return (
    among.find((candidate) => lastWord(candidate) === word) ??
    among.find(({ aliases }) => aliases.includes(word))
  );
}

export function lastWord({ path }: Command): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

export const globalFlags: readonly FlagSpec[] = specs(
  "as:string as-group:array as-uid:string as-user-extra:array cache-dir:string " +
    "certificate-authority:string client-certificate:string client-key:string cluster:string " +
    "context:string disable-compression:bool insecure-skip-tls-verify:bool kubeconfig:string " +
    "kuberc:string log-flush-frequency:duration=5s match-server-version:bool n,namespace:string " +
    "password:string profile:string=none profile-output:string=profile.pprof " +
    "request-timeout:string=0 s,server:string tls-server-name:string token:string user:string " +
    "username:string v,v:int=0 vmodule:string warnings-as-errors:bool",
);

export const getFlags =
  files +
  selector +
  fieldSelector +
  everywhere +
  chunk +
  print +
  "ignore-not-found:bool L,label-columns:list no-headers:bool output-watch-events:bool raw:string " +
  "server-print:bool=true show-kind:bool show-labels:bool sort-by:string subresource:string " +
  "w,watch:bool watch-only:bool";

export const serviceFlags = generated + "tcp:list ";

export const rolloutFlags = files + selector;
