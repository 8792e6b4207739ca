import { readFileSync, writeFileSync } from "node:fs";
import { distilTranscript } from "./distil-transcript.js";

/** `tsx distil.ts <transcript.md> <fixture.jsonl>`: makes the committed fixture again from a new transcript. */
const [source = "", target = ""] = process.argv.slice(2);
const lines = distilTranscript(readFileSync(source, "utf8")).map((exchange) => JSON.stringify(exchange));
writeFileSync(target, `${lines.join("\n")}\n`);
