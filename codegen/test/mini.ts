import { readFileSync } from "node:fs";
import { buildSpec } from "../src/build/build.js";
import { parseYaml } from "../src/build/yaml.js";
import { apidocTree } from "../src/import/apidoc-text.js";
import { importFacts } from "../src/import/facts.js";
import { parseJson } from "../src/json.js";
import type { ReleaseFacts } from "../src/model.js";

export const miniSource = readFileSync(new URL("./fixtures/mini-apidoc.js", import.meta.url), "utf8");

export function miniFacts(text = miniSource, release = "9.2"): ReleaseFacts {
  return importFacts(release, parseJson("mini-apidoc.js", apidocTree("mini-apidoc.js", text)));
}

const CORRECTIONS = `
- routes: ["POST /nodes/{node}/qemu", "DELETE /nodes/{node}/qemu/{vmid}"]
  why: The text is a UPID.
  source: a test
  task: always
- routes: ["POST /nodes/{node}/qemu", "GET /nodes/{node}/qemu/{vmid}/config"]
  why: The bound is not printed.
  source: a test
  indices: { net: 32 }
`;

const OPERATIONS = `
GET /nodes/{node}/qemu:
  summary: Lists the virtual machines of a node.
  parameters: { full: Ask each machine. }
  returns: { vmid: The number. }
`;

/** The mini tree built with a few corrections and documents; each can be replaced. */
export function miniBuild(
  texts: { corrections?: string; operations?: string; parameters?: string; formats?: string; rules?: string } = {},
) {
  return buildSpec({
    releases: [miniFacts()],
    version: "9.2.0",
    corrections: [parseYaml("corrections.yaml", texts.corrections ?? CORRECTIONS)],
    formats: texts.rules === undefined ? [] : [parseYaml("rules.yaml", texts.rules)],
    docs: {
      operations: [parseYaml("operations.yaml", texts.operations ?? OPERATIONS)],
      parameters: [parseYaml("parameters.yaml", texts.parameters ?? "scopes: { any: { node: A node. } }")],
      formats: [parseYaml("formats.yaml", texts.formats ?? "qemu-net: { model: The card. }")],
    },
  });
}
