/** The version that rollsim mirrors, as client and server report it. */

const build = {
  gitVersion: "v1.37.2",
  gitCommit: "$Format:%H$",
  gitTreeState: "",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "go1.26.8",
  compiler: "gc",
  platform: "linux/amd64",
} as const;

export const clientVersion = { major: "1", minor: "37", ...build } as const;

export const serverVersion = {
  major: "1",
  minor: "37",
  emulationMajor: "1",
  emulationMinor: "37",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "36",
  ...build,
} as const;

export const kustomizeVersion = "v5.8.1";
