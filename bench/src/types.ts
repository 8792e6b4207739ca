import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const here = import.meta.dirname;
const folder = path.join(here, "../.work");

const COMPILERS = {
  "TypeScript 7": path.join(here, "../../node_modules/typescript/bin/tsc"),
  "TypeScript 5.9": path.join(here, "../../codegen/node_modules/typescript/bin/tsc"),
};

/** A compiler that is at hand. */
export type Compiler = keyof typeof COMPILERS;

/** What checking a program costs. */
export interface TypeCost {
  readonly instantiations: number;
  /** Seconds. */
  readonly check: number;
}

/** Costs of 300 distinct calls in either way, and of a program that only imports the client. */
export function benchTypes(print: (line: string) => void): void {
  print("type-checking 300 distinct calls               instantiations   above empty   check time");
  for (const compiler of ["TypeScript 7", "TypeScript 5.9"] as const) {
    const costs = typeCosts(compiler);
    for (const name of ["empty", "tree", "call"] as const) {
      const { instantiations, check } = costs[name];
      print(
        `  ${compiler.padEnd(15)} ${LABELS[name].padEnd(27)} ${String(instantiations).padStart(14)} ${String(instantiations - costs.empty.instantiations).padStart(13)} ${`${check.toFixed(3)} s`.padStart(12)}`,
      );
    }
  }
}

const LABELS = {
  empty: "the import alone",
  tree: "pve.nodes(…).qemu(…).get()",
  call: 'pve.call("GET /…", …)',
};

/** Checks the three programs against the built package, as people install it. */
export function typeCosts(compiler: Compiler): Readonly<Record<keyof typeof LABELS, TypeCost>> {
  mkdirSync(folder, { recursive: true });
  try {
    return {
      empty: costOf(compiler, "empty", []),
      tree: costOf(compiler, "tree", treeCalls(300)),
      call: costOf(compiler, "call", routeCalls(300)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function program(calls: readonly string[]): string {
  return `import type { PveClient } from "@pve/client";\ndeclare const pve: PveClient;\nexport async function main(): Promise<void> {\n${calls.map((call) => `  await ${call};\n`).join("")}}\n`;
}

function costOf(compiler: Compiler, name: string, calls: readonly string[]): TypeCost {
  const config = path.join(folder, `tsconfig.${name}.json`);
  writeFileSync(path.join(folder, `${name}.ts`), program(calls));
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: { noEmit: true, types: ["node"], customConditions: [], skipLibCheck: true },
      files: [`${name}.ts`],
    }),
  );
  const output = execFileSync("node", [COMPILERS[compiler], "-p", config, "--extendedDiagnostics"], {
    encoding: "utf8",
  });
  const figure = (label: string) => Number(new RegExp(`^${label}:\\s+([\\d.]+)`, "m").exec(output)?.[1]);
  return { instantiations: figure("Instantiations"), check: figure("Check time") };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string; readonly enum?: readonly unknown[] };
}

/** Reads without parameters beside their path: every call is another operation, and needs no invented values. */
function reads(): { readonly path: string; readonly parameters: readonly Parameter[] }[] {
  const document = JSON.parse(readFileSync(path.join(here, "../../specs/proxmox-api-spec.json"), "utf8")) as {
    readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>>;
  };
  return Object.entries(document.paths).flatMap(([route, { get }]) => {
    const parameters = get?.parameters ?? [];
    const plain =
      get !== undefined &&
      parameters.every(
        (parameter) =>
          (parameter.in === "path" && parameter.schema.enum === undefined) ||
          (parameter.in === "query" && parameter.required !== true),
      );
    return plain ? [{ path: route, parameters: parameters.filter((parameter) => parameter.in === "path") }] : [];
  });
}

function value(parameter: Parameter | undefined): string {
  return parameter?.schema.type === "integer" || parameter?.schema.type === "number" ? "100" : '"a"';
}

function treeCalls(count: number): string[] {
  return reads()
    .slice(0, count)
    .map(({ path: route, parameters }) => {
      const steps = route
        .split("/")
        .slice(1)
        .map((segment) => {
          const name = /^\{(.+)\}$/.exec(segment)?.[1];
          if (name !== undefined) return `(${value(parameters.find((parameter) => parameter.name === name))})`;
          return /^[A-Za-z_]\w*$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
        });
      return `pve${steps.join("")}.get()`;
    });
}

function routeCalls(count: number): string[] {
  return reads()
    .slice(0, count)
    .map(({ path: route, parameters }) => {
      const values = parameters.map((parameter) => `${JSON.stringify(parameter.name)}: ${value(parameter)}`);
      return `pve.call(${JSON.stringify(`GET ${route}`)}${values.length > 0 ? `, { ${values.join(", ")} }` : ""})`;
    });
}
