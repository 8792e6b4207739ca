import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toolsets } from "../src/catalogue/catalogue.js";
import { catalogue, findTool } from "../src/index.js";
import { readOpenApi } from "../src/openapi.js";
import { resolveCatalogue } from "../src/resolve.js";
import { type JsonSchema, typesOf } from "../src/schema.js";

interface Contract {
  readonly risk: string;
  readonly parameters: readonly string[];
}

const json = (url: string): unknown => JSON.parse(readFileSync(new URL(url, import.meta.url), "utf8"));
const contract = json("./contract.json") as Readonly<Record<string, Contract>>;
const specification = json("../../client/src/generated/openapi.gen.json");
const entries = toolsets.flatMap((set) => Object.entries(set.tools));

describe("the catalogue", () => {
  it("holds every contracted tool, and further ones, each once", () => {
    const names = entries.map(([name]) => name);

    expect(Object.keys(contract).filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it.each(Object.entries(contract))("keeps the contract of %s", (name, { risk, parameters }) => {
    const { inputSchema, risk: actual } = findTool(name) ?? { inputSchema: { properties: {} } };
    const required: readonly string[] = ("required" in inputSchema ? inputSchema.required : undefined) ?? [];
    expect(actual).toBe(risk);
    for (const parameter of parameters) {
      const bare = parameter.replace("?", "");
      expect(Object.keys(inputSchema.properties)).toContain(bare);
      if (parameter.endsWith("?")) expect(required).not.toContain(bare);
    }
    // Whatever is required has to be in the contract: old prompts know of nothing else.
    expect(required.filter((argument) => !parameters.includes(argument))).toEqual([]);
  });

  it("survives a round trip through JSON", () => {
    expect(JSON.parse(JSON.stringify(toolsets))).toStrictEqual(toolsets);
  });

  it("was generated from these entries and this specification", () => {
    expect(catalogue).toEqual(JSON.parse(JSON.stringify(resolveCatalogue(toolsets, specification))));
  });

  it("is sorted by name", () => {
    expect(catalogue.map((tool) => tool.name)).toEqual(entries.map(([name]) => name).sort());
  });
});

describe.each(entries)("the entry %s", (_name, entry) => {
  it("has a title and a summary of the agreed length, without line breaks", () => {
    expect(entry.title.length).toBeLessThanOrEqual(40);
    expect(entry.summary.length).toBeLessThanOrEqual(300);
    expect(entry.title + entry.summary).not.toMatch(/[\n\r]/);
  });

  it("names a risk that agrees with the verb", () => {
    const verb = entry.operation.slice(0, entry.operation.indexOf(" "));
    if (verb === "GET") expect(entry.risk).toBe("read");
    else if (verb === "DELETE") expect(entry.risk).toBe("destroy");
    else if (entry.risk === "read") expect(entry.why).toBeTypeOf("string");
  });

  it("leaves no required parameter of its operation without a source", () => {
    const given = new Set([
      ...Object.values(entry.accepts).map((target) => (typeof target === "string" ? target : target.for)),
      ...Object.keys(entry.fixed ?? {}),
    ]);
    const operation = readOpenApi(specification)(entry.operation);
    // A node that joins calls with what the cluster told it; an upload is sent by whoever may read the file.
    if (entry.recipe === "add-node" || entry.recipe === "upload-backup") return;
    const missing = [...(operation?.required ?? [])].filter((parameter) => !given.has(parameter));
    // A recipe may find the node itself, and one that picks its calls also the guests they are about.
    const findable = entry.picks === true ? ["node", "vmid"] : ["node"];
    expect(entry.recipe === undefined ? missing : missing.filter((one) => !findable.includes(one))).toEqual([]);
  });

  it("reads nothing but what its risk allows", () => {
    const writes = (entry.also ?? []).filter((route) => !route.startsWith("GET "));
    if (entry.risk === "read") expect(writes).toEqual([]);
  });

  it("takes no argument of a name that embedding servers add to every tool", () => {
    expect(["target", "plan"].filter((name) => name in entry.accepts)).toEqual([]);
  });

  it("mentions only tools and arguments that exist", () => {
    const mentioned = entry.summary.match(/\b[a-z]+(?:_[a-z]+)+\b/g) ?? [];
    const known = new Set([
      ...entries.map(([name]) => name),
      ...catalogue.flatMap((tool) => Object.keys(tool.inputSchema.properties)),
    ]);
    expect(mentioned.filter((word) => !known.has(word))).toEqual([]);
  });
});

describe.each(catalogue.map((tool) => [tool.name, tool] as const))("the schemas of %s", (_name, tool) => {
  it("are flat at the root", () => {
    for (const schema of [tool.inputSchema, tool.outputSchema]) {
      expect(schema.type).toBe("object");
      expect(Object.keys(schema)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(anyOf|oneOf|allOf|\$ref)$/)]),
      );
    }
    expect(tool.inputSchema.additionalProperties).toBe(false);
  });

  it("use no unions and no references anywhere", () => {
    expect(JSON.stringify([tool.inputSchema, tool.outputSchema])).not.toMatch(
      /"(anyOf|oneOf|allOf|\$ref|patternProperties)":/,
    );
  });

  it("let an object be given as its JSON text", () => {
    for (const schema of Object.values<JsonSchema>(tool.inputSchema.properties)) {
      if (typesOf(schema).includes("object")) expect(typesOf(schema)).toContain("string");
    }
  });

  it("describe every argument", () => {
    const silent = Object.entries<JsonSchema>(tool.inputSchema.properties).filter(([, schema]) => !schema.description);
    expect(silent.map(([argument]) => argument)).toEqual([]);
  });

  it("say in few words what they say in many, and allow no less", () => {
    const { properties, required } = tool.briefSchema;
    expect(required).toEqual(tool.inputSchema.required);
    expect(Object.keys(properties)).toEqual(Object.keys(tool.inputSchema.properties));
    for (const [argument, { description = "", ...brief }] of Object.entries<JsonSchema>(properties)) {
      expect(tool.inputSchema.properties[argument]).toMatchObject(brief);
      expect(description.length).toBeLessThanOrEqual(160);
    }
  });

  it("override no text of an argument that does not exist", () => {
    expect(Object.keys(tool.briefSchema.properties)).toEqual(
      expect.arrayContaining(Object.keys(tool.entry.brief ?? {})),
    );
  });
});
