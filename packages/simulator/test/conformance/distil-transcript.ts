/** One exchange of the transcript: requests and answers only. */
export interface Exchange {
  /** The number it has in the transcript; unnumbered ones count within their section (`9.3#2`). */
  readonly id: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Absent: the connection was closed without an answer. */
  readonly response?: {
    readonly status: number;
    readonly reason: string;
    /** Values of the `Connection` headers, in order. */
    readonly connection: readonly string[];
    readonly type?: string;
    readonly body: string;
  };
  /** The transcript shortens the answer's body: only its status line can be compared. */
  readonly shortened?: true;
}

interface Section {
  readonly key: string;
  readonly text: string;
}

/** Takes the exchanges out of a transcript in Markdown: fenced `http` blocks, in pairs, under numbered titles. */
export function distilTranscript(markdown: string): Exchange[] {
  return sections(markdown).flatMap(({ key, text }) => {
    const blocks = [...text.matchAll(/^```(http)?\n([\s\S]*?)^```/gm)].map((match) => match[2] ?? "");
    const exchanges: Exchange[] = [];
    for (let at = 0; at < blocks.length; at += 1) {
      const block = blocks[at] ?? "";
      const answer = blocks[at + 1] ?? "";
      if (/^[A-Z]+ \/\S* HTTP\/1\.[01]$/m.test(block.split("\n", 1)[0] ?? "")) {
        const count = exchanges.length;
        const id = /#$/.test(key) ? `${key}${count + 1}` : count === 0 ? key : `${key}/${count + 1}`;
        exchanges.push(exchange(id, block, answer));
        at += 1;
      }
    }
    return exchanges;
  });
}

function sections(markdown: string): Section[] {
  const title =
    /^(?:\*\*(\d+[a-z]?\.\d+[a-z]?)(?: .*)?\*\*(?: — .*)?|#{2,3} (\d+[a-z]?(?:\.\d+)?)\.? .*|#{2,3} (\d+[a-z]?)\. .*)$/gm;
  const titles = [...markdown.matchAll(title)];
  return titles.map((match, index) => ({
    key: match[1] ?? `${match[2] ?? match[3]}#`,
    text: markdown.slice((match.index ?? 0) + match[0].length, titles[index + 1]?.index ?? markdown.length),
  }));
}

function exchange(id: string, request: string, answer: string): Exchange {
  const asked = message(request);
  const [method = "", target = ""] = asked.first.split(" ");
  const said = message(answer);
  const [, status, reason = ""] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(said.first) ?? [];
  const body = said.body;
  return {
    id,
    request: {
      method,
      target,
      headers: Object.fromEntries(asked.headers),
      ...(asked.body === "" ? {} : { body: asked.body }),
    },
    ...(status === undefined
      ? {}
      : {
          response: {
            status: Number(status),
            reason,
            connection: said.headers.filter(([name]) => name === "Connection").map(([, value]) => value),
            ...type(said.headers),
            body: isShortened(body) ? "" : body,
          },
        }),
    ...(isShortened(body) ? { shortened: true as const } : {}),
  };
}

function isShortened(body: string): boolean {
  return / …\[\d+ (chars|bytes)\]$/.test(body) || body.includes("…");
}

function type(headers: readonly (readonly [string, string])[]): { type?: string } {
  const value = headers.find(([name]) => name === "Content-Type")?.[1];
  return value === undefined ? {} : { type: value };
}

function message(text: string): { first: string; headers: (readonly [string, string])[]; body: string } {
  const end = text.indexOf("\n\n");
  const [first = "", ...lines] = (end < 0 ? text : text.slice(0, end)).trimEnd().split("\n");
  const headers = lines.map((line) => {
    const cut = line.indexOf(":");
    return [line.slice(0, cut), line.slice(cut + 1).trim()] as const;
  });
  return { first, headers, body: end < 0 ? "" : text.slice(end + 2).replace(/\n$/, "") };
}
