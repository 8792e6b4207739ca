/** What is said about a file before its bytes. */
export interface MultipartForm {
  readonly content: string;
  readonly checksum?: { readonly algorithm: string; readonly value: string };
  /** Only letters, digits, `_`, `.` and `-`: the server does not unescape it. */
  readonly filename: string;
}

/** What goes before and after the bytes of the file. */
export interface MultipartFrame {
  readonly contentType: string;
  readonly head: Uint8Array<ArrayBuffer>;
  readonly tail: Uint8Array<ArrayBuffer>;
}

/**
 * Frames a file the one way PVE reads uploads: `content`, `checksum-algorithm`, `checksum` and the file, in this order,
 * nothing else, each part beginning with its `Content-Disposition`, the boundary not quoted.
 */
export function multipartFrame(form: MultipartForm, boundary: string): MultipartFrame {
  const { content, checksum, filename } = form;
  const fields: readonly (readonly [string, string])[] = [
    ["content", content],
    ...(checksum === undefined
      ? []
      : ([
          ["checksum-algorithm", checksum.algorithm],
          ["checksum", checksum.value],
        ] as const)),
  ];
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `Content-Disposition: form-data; name="filename"; filename="${filename}"`;
  const text = new TextEncoder();
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    head: text.encode(`${parts.join("")}--${boundary}\r\n${file}\r\nContent-Type: application/octet-stream\r\n\r\n`),
    tail: text.encode(`\r\n--${boundary}--\r\n`),
  };
}
