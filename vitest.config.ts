import { defineConfig } from "vitest/config";

// `@pve/source` makes the packages resolve to each other's TypeScript: no build before a test.
const conditions = ["@pve/source", "node", "import", "module", "default"];

const nightly = process.env["PVE_NIGHTLY"] === "1";

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["*.test.ts", "codegen/**/*.test.ts", "packages/*/{src,test}/**/*.test.ts", "demo/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // The nightly profile asks each codec far more questions, and breaks far more calls, than a commit waits for.
    provide: nightly ? { codecCases: 10_000, faultCases: 1000 } : { codecCases: 200, faultCases: 120 },
    // Importing the packages anew for each file would take longer than the tests. Files share modules, so none may count on
    // the state of one it has not made itself.
    isolate: false,
    pool: "threads",
    maxWorkers: "100%",
    testTimeout: 20_000,
    onConsoleLog: () => true,
  },
});
