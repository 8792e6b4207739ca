/** What an uploaded file is for. */
export type UploadContent = "iso" | "vztmpl" | "import";

const EXTENSIONS: Readonly<Record<UploadContent, { readonly pattern: RegExp; readonly text: string }>> = {
  iso: { pattern: /.\.(?:iso|img)$/i, text: ".iso or .img" },
  vztmpl: { pattern: /.\.tar(?:\.(?:gz|xz|zst|bz2))?$/i, text: ".tar, .tar.gz, .tar.xz, .tar.zst or .tar.bz2" },
  import: { pattern: /.\.(?:ova|ovf|qcow2|raw|vmdk)$/i, text: ".ova, .ovf, .qcow2, .raw or .vmdk" },
};

/** PVE's limit for the parameter. */
const LONGEST = 255;

/**
 * The name that PVE gives an uploaded file: without folders, and with `_` for everything but letters, digits, `_`, `.`
 * and `-`. The volume's id is then `<storage>:<content>/<name>`.
 * @example uploadName("C:\\My Images\\Debian 13 (net).iso") // "Debian_13__net_.iso"
 */
export function uploadName(filename: string): string {
  return filename.replace(/^.*[/\\]/s, "").replace(/[^a-zA-Z0-9_.-]/gu, "_");
}

/** Why PVE would turn a name down, or `undefined`. */
export function uploadNameProblem(name: string, content: UploadContent): string | undefined {
  if (name === "") return "is missing; a Blob or a stream has no name of its own";
  if (name.length > LONGEST) return `is longer than ${LONGEST} characters`;
  const { pattern, text } = EXTENSIONS[content];
  return pattern.test(name) ? undefined : `has the wrong extension for ${content}; it must end with ${text}`;
}
