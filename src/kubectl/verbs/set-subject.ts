/** kubectl set subject. Mirrors kubectl/pkg/cmd/set/set_subject.go (v0.37.2). */
import { canonicalObject } from "../../apiserver/encode.ts";
import { compareText } from "../../api/order.ts";
import { fieldManagerOf, writeOptions, type Call } from "../call.ts";
import { exitWith, fail, failAll, type Problem } from "../errors.ts";
import { list, withField, type JsonMap } from "../fields.ts";
import { patchTo } from "../mutate.ts";
import { isLocal, resolve, type Info, type Selection } from "../resolve.ts";
import { beginWriting, localNeedsFiles, refuseLocalOnServer } from "./set-common.ts";

export function setSubject(call: Call): void {
  const { dryRun, local, report } = beginWriting(call);
  const { infos, problems: missing } = selected(call);
  failAll(missing);
  refuseLocalOnServer({ dryRun, local });
  if (call.flags.bool("all") && call.flags.text("selector") !== "") {
    fail("cannot set --all and --selector at the same time");
  }
  const subjects = subjectsOf(call, infos);
  const problems: Problem[] = [];
  const options = writeOptions({ dryRun, fieldManager: fieldManagerOf(call, "kubectl-set") });
  for (const info of infos) {
    if (!/^(?:Cluster)?RoleBinding$/u.test(info.kind.kind)) {
      const name = `${info.kind.resource}/${info.object.metadata.name}`;
      const rule = "setting subjects is only supported for RoleBinding/ClusterRoleBinding";
      problems.push({ text: `error: ${name} ${rule}\n` });
      continue;
    }
    const before = list(info.object, "subjects");
    const added = subjects.filter((each) => !before.some((other) => isSame(each, other)));
    if (added.length === 0) continue;
    const changed = withField(info.object, ["subjects"], [...before, ...added]);
    if (local || dryRun === "client") {
      report(local ? canonicalObject(changed) : changed, "subjects updated");
      continue;
    }
    const answer = patchTo(call, info, changed, options);
    if (answer?.ok === true) report(answer.value, "subjects updated");
    else if (answer !== undefined) {
      problems.push({ text: `failed to patch subjects to rolebinding: ${answer.status.message}` });
    }
  }
  failAll(problems);
}

function selected(call: Call): Selection {
  if (isLocal(call)) {
    if (call.args.length > 0) exitWith(localNeedsFiles);
    return resolve(call, { bareType: "refused", args: [] });
  }
  const bareType = call.flags.bool("all") ? "everything" : "refused";
  return resolve(call, { bareType, fetchFiles: true });
}

/** Users, groups and accounts, each in the order of their names and once. */
function subjectsOf(call: Call, infos: readonly Info[]): readonly JsonMap[] {
  const names = (flag: string): readonly string[] =>
    [...new Set(call.flags.list(flag))].toSorted(compareText);
  const [users, groups, accounts] = [names("user"), names("group"), names("serviceaccount")];
  if (users.length + groups.length + accounts.length === 0) {
    fail("you must specify at least one value of user, group or serviceaccount");
  }
  const apiGroup = "rbac.authorization.k8s.io";
  const ofAccount = (account: string): JsonMap => {
    const [namespace = "", name = "", ...more] = account.split(":");
    const wrong = "serviceaccount must be <namespace>:<name>";
    if (name === "" || more.length > 0) fail(wrong);
    if (namespace === "" && infos.some(({ kind }) => kind.kind === "ClusterRoleBinding")) {
      fail(`${wrong}, namespace must be specified`);
    }
    return { kind: "ServiceAccount", name, namespace: namespace || call.namespace };
  };
  return [
    ...users.map((name) => ({ apiGroup, kind: "User", name })),
    ...groups.map((name) => ({ apiGroup, kind: "Group", name })),
    ...accounts.map(ofAccount),
  ];
}

function isSame(a: JsonMap, b: unknown): boolean {
  return ["apiGroup", "kind", "name", "namespace"].every(
    (key) => (a[key] ?? "") === ((b as JsonMap)[key] ?? ""),
  );
}
