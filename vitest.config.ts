import { defineConfig } from "vitest/config";

// `@pve/source` makes the packages resolve to each other's TypeScript: no build before a test.
const conditions = ["@pve/source", "node", "import", "module", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["*.test.ts", "codegen/**/*.test.ts", "packages/*/{src,test}/**/*.test.ts", "demo/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // The nightly profile asks each codec far more questions than a commit waits for.
    provide: { codecCases: process.env["PVE_NIGHTLY"] === "1" ? 10_000 : 200 },
    // Importing the packages anew for each file would take longer than the tests. Files share modules, so none may count on
    // the state of one it has not made itself.
    isolate: false,
    pool: "threads",
    maxWorkers: "100%",
    testTimeout: 20_000,
    onConsoleLog: () => true,
  },
});
