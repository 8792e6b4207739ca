import { createHash } from "node:crypto";
import { die } from "./failure.js";
import type { Value } from "./handler.js";

/** One section of a configuration file: key to stored value. */
export type Section = Record<string, string | number | readonly string[]>;

/** The sections of a configuration file, by id, in file order. */
export type Sections = Map<string, Section>;

/** How an option of a section type behaves; `fixed` ones are set once and for all. */
export type OptionKind = "required" | "optional" | "fixed" | "required fixed";

/** The options a section type knows. */
export type SectionOptions = Readonly<Record<string, OptionKind>>;

const modified = "detected modified configuration - file changed by other user? Try again.";

/** SHA-1 of anything that has a stable JSON form; of nothing at all it is the hash of an empty file. */
export function contentDigest(content: unknown): string {
  const hash = createHash("sha1");
  const text = JSON.stringify(content);
  return hash.update(text === "{}" || text === "[]" ? "" : text).digest("hex");
}

/** The digest that every section of a file shows. */
export function sectionsDigest(sections: Sections): string {
  return contentDigest([...sections]);
}

/** 500 `detected modified configuration …` when a digest came along and is not the current one. */
export function assertUnmodified(current: string, expected: Value | undefined): void {
  if (expected !== undefined && expected !== "" && expected !== current) {
    die(modified);
  }
}

/** The parameters without the named ones, as a section stores them. */
export function pickSection(params: Readonly<Record<string, Value>>, without: readonly string[]): Section {
  const section: Section = {};
  for (const [key, value] of Object.entries(params)) {
    if (!without.includes(key)) {
      section[key] = typeof value === "object" ? value.map(String) : value;
    }
  }
  return section;
}

/** Checks given options as PVE's section configuration does when a section is created. */
export function checkNewSection(given: Section, options: SectionOptions): void {
  assertKnown(given, options);
  for (const [key, kind] of Object.entries(options)) {
    if (kind.startsWith("required") && given[key] === undefined) {
      die(`missing value for required option '${key}'`);
    }
  }
}

/** Checks given options and the options to delete, then changes the section. */
export function changeSection(
  section: Section,
  given: Section,
  remove: readonly string[],
  options: SectionOptions,
): void {
  assertKnown(given, options);
  for (const key of Object.keys(given)) {
    if (options[key]?.endsWith("fixed")) {
      die(`can't change value of fixed parameter '${key}'`);
    }
  }
  for (const key of remove) {
    assertDeletable(key, given, options);
  }
  for (const key of remove) {
    delete section[key];
  }
  Object.assign(section, given);
}

function assertKnown(given: Section, options: SectionOptions): void {
  for (const key of Object.keys(given).sort()) {
    if (options[key] === undefined) {
      die(`unexpected property '${key}'`);
    }
  }
}

function assertDeletable(key: string, given: Section, options: SectionOptions): void {
  const kind = Object.hasOwn(options, key) ? options[key] : undefined;
  if (kind === undefined) {
    die(`no such option '${key}'`);
  }
  if (kind.startsWith("required")) {
    die(`unable to delete required option '${key}'`);
  }
  if (kind === "fixed") {
    die(`unable to delete fixed option '${key}'`);
  }
  if (given[key] !== undefined) {
    die(`cannot set and delete property '${key}' at the same time!`);
  }
}
