import { describe, expect, it } from "vitest";
import { apidocTree } from "../src/import/apidoc-text.js";
import { importFacts } from "../src/import/facts.js";
import { parseJson, printJson } from "../src/json.js";
import { miniFacts, miniSource } from "./mini.js";

const read = (text: string) => importFacts("9.2", parseJson("api.js", apidocTree("api.js", text)));

describe("importing an API tree", () => {
  it("reads the script a node serves into facts without prose", async () => {
    await expect(printJson(miniFacts())).toMatchFileSnapshot("golden/facts.json");
  });

  it("reads the bare JSON tree to the same facts", () => {
    const bare = miniSource.slice(miniSource.indexOf("["), miniSource.indexOf("];") + 1);
    expect(read(bare)).toEqual(miniFacts());
  });

  it("keeps not a word of the descriptions", () => {
    expect(printJson(miniFacts())).not.toMatch(/prose/i);
  });
});

describe("a broken API tree", () => {
  const leaf = (info: string) => `[\n{"path":"/a","text":"a",\n"info":${info}}]`;
  const operation = (more: string) =>
    `{"GET":{"method":"GET","name":"x","parameters":{"additionalProperties":0}${more}}}`;
  const cases: [title: string, text: string, message: string][] = [
    ["that is no script and no JSON", "<html>404</html>", "no API tree"],
    ["that is cut off", "const apiSchema = [ {", "the file looks cut off"],
    ["with a missing comma", '[\n{"path":"/a" "text":"a"}]', 'api.js:2:14: not valid JSON: "," or "}" is expected'],
    [
      "with a key that stands twice",
      '[\n{"path":"/a","path":"/b"}]',
      'api.js:2:14: not valid JSON: the key "path" stands twice',
    ],
    [
      "with an unknown key of a node",
      '[{"path":"/a",\n"colour":1}]',
      'api.js:2:10: unknown key "colour" of an API node',
    ],
    [
      "with an unknown key of an operation",
      leaf(operation(',\n"shade":1')),
      'api.js:4:9: unknown key "shade" of an operation',
    ],
    [
      "with an unknown key of a schema",
      leaf(operation(',"returns":{"type":"string",\n"hue":1}')),
      'api.js:4:7: unknown key "hue" of a schema',
    ],
    [
      "with an unknown key of permissions",
      leaf(operation(',"permissions":{"who":1}')),
      'unknown key "who" of permissions',
    ],
    ["with an unknown method", leaf('{"PATCH":{}}'), 'unknown method "PATCH"'],
    ["with a bound that is no number", leaf(operation(',"returns":{"minimum":"low"}')), '"minimum" is not a number'],
    [
      "with a route that stands twice",
      `[{"path":"/a","info":${operation("")}},\n{"path":"/a","info":${operation("")}}]`,
      'the route "GET /a" stands twice',
    ],
    ["without any operation", "[]", "the tree holds no operation"],
  ];

  it.each(cases)("%s is refused with its place", (_title, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
