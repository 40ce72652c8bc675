/**
 * Rules for Jobs and CronJobs (pkg/apis/batch/validation, v1.37.2).
 *
 * Left out: policies for failures and success, indexed completion beyond its mode, gangs; that a name leaves room
 * for the indexes of pods.
 */
import type { KubeObject } from "../../api/meta.ts";
import { encodeValue } from "../encode.ts";
import { semanticDeepEqual } from "../equality.ts";
import { asArray, asRecord, asString, isNil, type Json } from "../json.ts";
import { structType } from "../schema.ts";
import { labelMatcher } from "../selectors.ts";
import { specOf } from "../strategy-parts.ts";
import { scheduleFault } from "./cron.ts";
import {
  immutable,
  invalid,
  nonNegative,
  notSupported,
  oneOf,
  required,
  type Causes,
} from "./errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata.ts";
import { dnsSubdomain } from "./names.ts";
import { podSpecShown, podTemplateShown } from "./pod-diff.ts";
import { validatePodTemplate } from "./pod-template.ts";

const NAMED = { nameRule: dnsSubdomain, namespaced: true };
const COUNTS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
];
const GENERATED = [
  "batch.kubernetes.io/controller-uid",
  "batch.kubernetes.io/job-name",
  "controller-uid",
  "job-name",
];
const MODES = ["NonIndexed", "Indexed"];
const POLICIES = ["Allow", "Forbid", "Replace"];
/** What a Job appends to the name of the CronJob that makes it takes the rest of 63. */
const LONGEST_CRON_JOB = 52;

export function validateJob(job: KubeObject): Causes {
  const spec = specOf(job);
  return [...validateMetadata(job, NAMED), ...validateGenerated(spec), ...validateSelecting(spec)];
}

/** A selector that somebody wrote beside what is generated has to select no less. */
function validateGenerated(spec: Json): Causes {
  const { selector } = spec;
  if (spec["manualSelector"] === true || isNil(selector)) return [];
  const labels = Object.entries(labelsOf(spec)).filter(([name]) => GENERATED.includes(name));
  const matcher = labelMatcher(asRecord(selector));
  if (!matcher.ok || matcher.value.matches(Object.fromEntries(labels))) return [];
  return [invalid("spec.selector", selectorShown(selector), "`selector` not auto-generated")];
}

function labelsOf(spec: Json): Readonly<Record<string, string>> {
  return asRecord(asRecord(asRecord(spec["template"])["metadata"])["labels"]) as Readonly<
    Record<string, string>
  >;
}

export function validateJobUpdate(next: KubeObject, prev: KubeObject): Causes {
  const [now, before] = [specOf(next), specOf(prev)];
  const same = (field: string): Causes =>
    immutable(sameJson(now[field], before[field]), now[field] ?? null, `spec.${field}`);
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateSelecting(now),
    ...(now["completionMode"] === "Indexed" ? [] : same("completions")),
    ...immutable(
      sameSelector(now["selector"], before["selector"]),
      selectorShown(now["selector"]),
      "spec.selector",
    ),
    ...validateSameTemplate(now, before),
    ...same("completionMode"),
    ...same("backoffLimitPerIndex"),
    ...same("managedBy"),
  ];
}

export function validateCronJob(cronJob: KubeObject): Causes {
  const { name } = cronJob.metadata;
  const rule = `must be no more than ${LONGEST_CRON_JOB} characters`;
  return [
    ...validateMetadata(cronJob, NAMED),
    ...validateCronJobSpec(specOf(cronJob), {}),
    ...(name.length > LONGEST_CRON_JOB ? [invalid("metadata.name", name, rule)] : []),
  ];
}

export function validateCronJobUpdate(next: KubeObject, prev: KubeObject): Causes {
  return [
    ...validateMetadataUpdate(next, prev),
    ...validateCronJobSpec(specOf(next), specOf(prev)),
  ];
}

function validateCronJobSpec(spec: Json, before: Json): Causes {
  const template = asRecord(asRecord(spec["jobTemplate"])["spec"]);
  return [
    ...validateSchedule(spec, asString(before["schedule"])),
    ...nonNegative(spec["startingDeadlineSeconds"], "spec.startingDeadlineSeconds"),
    ...(spec["timeZone"] === before["timeZone"] ? [] : validateTimeZone(spec["timeZone"])),
    ...oneOf(spec["concurrencyPolicy"], "spec.concurrencyPolicy", POLICIES),
    ...validateJobSpec(template, "spec.jobTemplate.spec"),
    ...nonNegative(spec["successfulJobsHistoryLimit"], "spec.successfulJobsHistoryLimit"),
    ...nonNegative(spec["failedJobsHistoryLimit"], "spec.failedJobsHistoryLimit"),
  ];
}

function validateSchedule(spec: Json, before: string): Causes {
  const field = "spec.schedule";
  const schedule = asString(spec["schedule"]);
  if (schedule === "") return [required(field)];
  const fault = scheduleFault(schedule);
  const zone = !schedule.includes("TZ")
    ? undefined
    : !before.includes("TZ")
      ? "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
      : isNil(spec["timeZone"])
        ? undefined
        : "cannot use both timeZone field and TZ or CRON_TZ in schedule";
  return [fault, zone].flatMap((why) => (why === undefined ? [] : [invalid(field, schedule, why)]));
}

function validateTimeZone(zone: unknown): Causes {
  if (isNil(zone)) return [];
  const field = "spec.timeZone";
  const name = asString(zone);
  if (name === "") return [invalid(field, name, "timeZone must be nil or non-empty string")];
  return isTimeZone(name) ? [] : [invalid(field, name, `unknown time zone ${name}`)];
}

const ZONE_PART = /^(?!-|\.\.?$)[\w.+-]{1,14}$/;
/** Which cities there are depends on the machine's database: of a name with several parts the first is known. */
const AREAS =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)$/;

function isTimeZone(name: string): boolean {
  const parts = name.split("/");
  return (
    parts.every((part) => ZONE_PART.test(part)) && (parts.length === 1 || AREAS.test(parts[0]!))
  );
}

function validateSelecting(spec: Json): Causes {
  const field = "spec.selector";
  const { selector } = spec;
  const { labels } = asRecord(asRecord(spec["template"])["metadata"]);
  const matcher = labelMatcher(isNil(selector) ? undefined : asRecord(selector));
  const matches = !matcher.ok || (!isNil(selector) && matcher.value.matches(labelsOf(spec)));
  const rule = "`selector` does not match template `labels`";
  return [
    ...validateJobSpec(spec, "spec"),
    ...(isNil(selector) ? [required(field)] : validateLabelSelector(selector, field)),
    ...(matches ? [] : [invalid("spec.template.metadata.labels", labels ?? null, rule)]),
  ];
}

function validateJobSpec(spec: Json, field: string): Causes {
  const template = asRecord(spec["template"]);
  const mode = spec["completionMode"];
  return [
    ...COUNTS.flatMap((name) => nonNegative(spec[name], `${field}.${name}`)),
    ...(isNil(mode) ? [] : oneOf(mode, `${field}.completionMode`, MODES)),
    ...validatePodTemplate(template, `${field}.template`),
    ...validateRestarts(asRecord(template["spec"]), `${field}.template.spec.restartPolicy`),
  ];
}

function validateRestarts({ restartPolicy = "" }: Json, field: string): Causes {
  if (restartPolicy === "" || restartPolicy === "Always") {
    return [required(field, 'valid values: "OnFailure", "Never"')];
  }
  const isKnown = restartPolicy === "OnFailure" || restartPolicy === "Never";
  return isKnown ? [] : [notSupported(field, restartPolicy, ["OnFailure", "Never"])];
}

/** While a Job is suspended, where its pods may run and what they take may still be changed. */
function validateSameTemplate(now: Json, before: Json): Causes {
  const [template, old] = [asRecord(now["template"]), asRecord(before["template"])];
  if (before["suspend"] === true) {
    const spec = asRecord(template["spec"]);
    const kept = withMutable(asRecord(old["spec"]), spec);
    const same = semanticDeepEqual(structType("v1.PodSpec"), spec, kept);
    return immutable(same, podSpecShown(spec), "spec.template.spec");
  }
  const same = semanticDeepEqual(structType("v1.PodTemplateSpec"), template, old);
  return immutable(same, podTemplateShown(template), "spec.template");
}

const MUTABLE = ["nodeSelector", "tolerations", "schedulingGates"];

function withMutable(old: Json, spec: Json): Json {
  const containers = (list: "containers" | "initContainers"): Json => {
    const [were, are] = [asArray(old[list]).map(asRecord), asArray(spec[list]).map(asRecord)];
    if (were.length === 0 || were.length !== are.length) return {};
    return {
      [list]: were.map((each, i) =>
        each["name"] === are[i]!["name"] ? { ...each, resources: are[i]!["resources"] } : each,
      ),
    };
  };
  const directives = Object.fromEntries(MUTABLE.map((name) => [name, spec[name]]));
  return { ...old, ...directives, ...containers("containers"), ...containers("initContainers") };
}

function sameJson(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null);
}

function sameSelector(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b);
  return semanticDeepEqual(structType("v1.LabelSelector"), a, b);
}

function selectorShown(selector: unknown): unknown {
  return isNil(selector) ? null : encodeValue(structType("v1.LabelSelector"), selector);
}
