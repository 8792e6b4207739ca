import {
  completable,
  type McpServer,
  ResourceTemplate,
  type ServerContext,
  type Tool,
} from "@modelcontextprotocol/server";
import * as z from "zod";
import type { FixtureTools } from "./fixture-tools.js";

/** A picture of one point, and a sound of no length. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

const text = (said: string) => ({ type: "text", text: said }) as const;
const image = { type: "image", data: PNG, mimeType: "image/png" } as const;
const embedded = (uri: string, said: string, mimeType = "text/plain") =>
  ({ type: "resource", resource: { uri, mimeType, text: said } }) as const;

/** Tools, resources and prompts that answer at once. */
export function addContent(server: McpServer, tools: FixtureTools): void {
  addTools(tools);
  addReports(tools);
  addResources(server);
  addPrompts(server);
}

function addTools(tools: FixtureTools): void {
  const contents = {
    test_simple_text: [text("This is a simple text response for testing.")],
    test_image_content: [image],
    test_audio_content: [{ type: "audio", data: WAV, mimeType: "audio/wav" } as const],
    test_embedded_resource: [embedded("test://embedded-resource", "This is an embedded resource content.")],
    test_multiple_content_types: [
      text("Multiple content types test:"),
      image,
      embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json"),
    ],
  };
  for (const [name, content] of Object.entries(contents)) {
    tools.add(name, `Answers with ${name.slice(5)}.`, () => ({ content }));
  }
  tools.add("test_error_handling", "Fails.", () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  tools.add(
    "json_schema_2020_12_tool",
    "Takes an address; nothing of its schema may be lost.",
    () => ({ content: [text("taken")] }),
    ADDRESS,
  );
}

const ADDRESS = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word.
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
} satisfies Tool["inputSchema"];

/** Tools that say something while they are at it. */
function addReports(tools: FixtureTools): void {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  const logging = async ({ mcpReq }: ServerContext) => {
    for (const step of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.log("info", step);
      await pause();
    }
    return { content: [text("logged")] };
  };
  tools.add("test_tool_with_logging", "Logs three lines.", logging);
  tools.add("test_logging_tool", "Logs where the client asked for it.", logging);
  tools.add("test_tool_with_progress", "Reports progress.", async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined) {
        await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
      }
      await pause();
    }
    return { content: [text("done")] };
  });
}

function addResources(server: McpServer): void {
  const said = (uri: string, content: { text: string } | { blob: string }, mimeType = "text/plain") => ({
    contents: [{ uri, mimeType, ...content }],
  });
  server.registerResource("text", "test://static-text", { description: "Text." }, ({ href }) =>
    said(href, { text: "This is the content of the static text resource." }),
  );
  server.registerResource("picture", "test://static-binary", { description: "A picture." }, ({ href }) =>
    said(href, { blob: PNG }, "image/png"),
  );
  server.registerResource("watched", "test://watched-resource", { description: "Text to subscribe to." }, ({ href }) =>
    said(href, { text: "Watched resource content" }),
  );
  server.registerResource(
    "data",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "Data by its id." },
    ({ href }, { id }) =>
      said(href, { text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }, "application/json"),
  );
}

function addPrompts(server: McpServer): void {
  const user = <Content>(content: Content) => ({ role: "user" as const, content });
  server.registerPrompt("test_simple_prompt", { description: "One sentence." }, () => ({
    messages: [user(text("This is a simple prompt for testing."))],
  }));
  const known = (given: string) => ["paris", "park", "party"].filter((word) => word.startsWith(given));
  const argument = completable(z.string(), known);
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "Repeats its arguments.", argsSchema: z.object({ arg1: argument, arg2: argument }) },
    ({ arg1, arg2 }) => ({ messages: [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Embeds a resource.", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) => ({
      messages: [
        user(embedded(resourceUri, "Embedded resource content for testing.")),
        user(text("Please process the embedded resource above.")),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Shows a picture." }, () => ({
    messages: [user(image), user(text("Please analyze the image above."))],
  }));
}
