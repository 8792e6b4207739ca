import { type GetPromptResult, type Prompt, ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { nearNames } from "@pve/tools";
import { cleanText } from "../render.js";
import type { PromptEntry } from "./prompt.js";
import { prompts } from "./prompts.js";

/** The prompts as clients list them. */
export function listPrompts(): Prompt[] {
  return prompts.map(({ name, title, description, arguments: parameters }) => ({
    name,
    title,
    description,
    arguments: parameters.map((parameter) => ({
      name: parameter.name,
      description: parameter.description,
      required: parameter.required === true,
    })),
  }));
}

/** A prompt with its arguments put in. Throws `ProtocolError` for a name that none has, and for missing arguments. */
export function getPrompt(name: string, given: Readonly<Record<string, string>> = {}): GetPromptResult {
  const entry = prompts.find((one) => one.name === name);
  if (entry === undefined) throw unknownPrompt(name);
  const missing = entry.arguments.filter((argument) => argument.required && !given[argument.name]?.trim());
  if (missing.length > 0) {
    const names = missing.map((argument) => `${argument.name} (${argument.description})`).join(", ");
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `The prompt ${name} needs ${names}`);
  }
  return {
    description: entry.description,
    messages: [{ role: "user", content: { type: "text", text: filled(entry, given) } }],
  };
}

function filled({ text, arguments: parameters }: PromptEntry, given: Readonly<Record<string, string>>): string {
  const values = Object.fromEntries(
    parameters.map(({ name, default: fallback }) => {
      // On one line: an argument is a word or a sentence, never a further step of the list.
      const value = cleanText(given[name] ?? "").replaceAll(/\s+/g, " ");
      return [name, value.trim() || fallback];
    }),
  );
  return text
    .filter((line) => namesIn(line).every((name) => values[name] !== undefined))
    .map((line) => line.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? ""))
    .join("\n");
}

function namesIn(line: string): readonly string[] {
  return [...line.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

function unknownPrompt(name: string): ProtocolError {
  const names = prompts.map((prompt) => prompt.name);
  const near = nearNames(name, names);
  const hint = near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are ${names.join(", ")}.`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `No prompt is called ${JSON.stringify(name)}; ${hint}`);
}
