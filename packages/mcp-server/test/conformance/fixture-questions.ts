import {
  type CallToolResult,
  type ElicitRequestFormParams,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  MissingRequiredClientCapabilityError,
  type RequestStateCodec,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { FixtureTools } from "./fixture-tools.js";

type Answered = CallToolResult | InputRequiredResult;

const done = (said: string): CallToolResult => ({ content: [{ type: "text", text: said }] });
const form = (message: string, properties: ElicitRequestFormParams["requestedSchema"]["properties"]) => ({
  message,
  requestedSchema: { type: "object" as const, properties, required: Object.keys(properties) },
});
const asked = (message: string, key: string, type: "string" | "boolean" = "string") =>
  inputRequired.elicit(form(message, { [key]: type === "string" ? { type: "string" } : { type: "boolean" } }));
const sampled = (question: string) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens: 100,
  });

/** Tools and a prompt that ask the client something: in a session of the earlier era, by another round in the later. */
export function addQuestions(server: McpServer, tools: FixtureTools, codec: RequestStateCodec): void {
  addSessionQuestions(server.server, tools);
  addRounds(server, tools);
  addSealedRounds(tools, codec);
  addNeeds(server.server, tools);
}

function addSessionQuestions(server: Server, tools: FixtureTools): void {
  // A server for one request cannot ask in the earlier era: the answer comes with another request, perhaps elsewhere.
  const mustBeAble = (ability: "sampling" | "elicitation"): void => {
    if (server.getClientCapabilities()?.[ability] === undefined) throw new Error(`the client declared no ${ability}`);
  };
  const one = (key: string) => ({
    type: "object" as const,
    properties: { [key]: { type: "string" } },
    required: [key],
  });
  const sample: Parameters<FixtureTools["add"]>[2] = async ({ mcpReq }, { prompt }) => {
    mustBeAble("sampling");
    const messages = [{ role: "user" as const, content: { type: "text" as const, text: String(prompt) } }];
    const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 });
    return done(`LLM response: ${JSON.stringify(content)}`);
  };
  tools.add("test_sampling", "Asks the client's model.", sample, one("prompt"));
  const elicit = async ({ mcpReq }: ServerContext, params: ElicitRequestFormParams) => {
    mustBeAble("elicitation");
    const { action, content } = await mcpReq.elicitInput(params);
    return done(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
  };
  const askPerson: Parameters<FixtureTools["add"]>[2] = (context, { message }) =>
    elicit(context, form(String(message), { username: { type: "string" }, email: { type: "string" } }));
  tools.add("test_elicitation", "Asks the person.", askPerson, one("message"));
  tools.add("test_elicitation_sep1034_defaults", "Asks with defaults.", (context) =>
    elicit(
      context,
      form("Please look through these", {
        name: { type: "string", default: "John Doe" },
        age: { type: "integer", default: 30 },
        score: { type: "number", default: 95.5 },
        status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
        verified: { type: "boolean", default: true },
      }),
    ),
  );
  const titled = ["First", "Second", "Third"].map((title, at) => ({ const: `value${at + 1}`, title }));
  tools.add("test_elicitation_sep1330_enums", "Asks for choices.", (context) =>
    elicit(
      context,
      form("Please choose", {
        untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
        titledSingle: { type: "string", oneOf: titled },
        legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
        untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
        titledMulti: { type: "array", items: { anyOf: titled } },
      }),
    ),
  );
}

/** What the client answered to one question, as long as it is an answer to it. */
function answerTo({ mcpReq }: ServerContext, key: string): string | undefined {
  const view = inputResponse(mcpReq.inputResponses, key);
  if (view.kind === "missing") return undefined;
  if (view.kind === "elicit" && (view.action !== "accept" || view.content === undefined)) return undefined;
  return JSON.stringify(mcpReq.inputResponses?.[key]);
}

function addRounds(server: McpServer, tools: FixtureTools): void {
  const rounds = {
    elicitation: ["user_name", asked("What is your name?", "name")],
    sampling: ["capital_question", sampled("What is the capital of France?")],
    list_roots: ["client_roots", inputRequired.listRoots()],
  } as const;
  for (const [name, [key, question]] of Object.entries(rounds)) {
    tools.add(`test_input_required_result_${name}`, "Asks one thing.", (context): Answered => {
      const answer = answerTo(context, key);
      return answer === undefined ? inputRequired({ inputRequests: { [key]: question } }) : done(`Hello, ${answer}!`);
    });
  }
  server.registerPrompt("test_input_required_result_prompt", { description: "Asks first." }, (context) => {
    const key = "user_context";
    const answer = answerTo(context, key);
    if (answer === undefined) {
      return inputRequired({ inputRequests: { [key]: asked("What context should the prompt use?", "context") } });
    }
    return { messages: [{ role: "user", content: { type: "text", text: `Context: ${answer}` } }] };
  });
}

/** Rounds whose state the client carries, sealed. */
function addSealedRounds(tools: FixtureTools, codec: RequestStateCodec): void {
  const ask = async (inputRequests: Parameters<typeof inputRequired>[0]["inputRequests"], round: number) =>
    inputRequired({ ...(inputRequests !== undefined && { inputRequests }), requestState: await codec.mint({ round }) });
  const roundOf = ({ mcpReq }: ServerContext): number => mcpReq.requestState<{ round: number }>()?.round ?? 0;
  const confirm = { confirm: asked("Please confirm", "ok", "boolean") };
  for (const name of ["request_state", "tampered_state"]) {
    tools.add(
      `test_input_required_result_${name}`,
      "Asks, sealed.",
      async (context): Promise<Answered> =>
        roundOf(context) === 1 && answerTo(context, "confirm") !== undefined ? done("state-ok") : ask(confirm, 1),
    );
  }
  const three = {
    user_name: asked("What is your name?", "name"),
    greeting: sampled("Generate a greeting"),
    client_roots: inputRequired.listRoots(),
  };
  tools.add(
    "test_input_required_result_multiple_inputs",
    "Asks three things.",
    async (context): Promise<Answered> =>
      Object.keys(three).every((key) => answerTo(context, key) !== undefined) ? done("all answered") : ask(three, 1),
  );
  tools.add("test_input_required_result_multi_round", "Asks twice.", async (context): Promise<Answered> => {
    const round = roundOf(context);
    if (round === 2 && answerTo(context, "step2") !== undefined) return done("both answered");
    if (round === 1 && answerTo(context, "step1") !== undefined) {
      return ask({ step2: asked("Step 2: What is your favorite color?", "color") }, 2);
    }
    return ask({ step1: asked("Step 1: What is your name?", "name") }, 1);
  });
}

/** Tools that look at what the client can do. */
function addNeeds(server: Server, tools: FixtureTools): void {
  tools.add("test_missing_capability", "Needs the client's model.", () => {
    if (server.getClientCapabilities()?.sampling === undefined) {
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
    }
    return done("sampling is declared");
  });
  tools.add("test_input_required_result_capabilities", "Asks what can be asked.", (): Answered => {
    const { elicitation, sampling } = server.getClientCapabilities() ?? {};
    const inputRequests = {
      ...(elicitation !== undefined && { user_name: asked("What is your name?", "name") }),
      ...(sampling !== undefined && { greeting: sampled("Generate a greeting") }),
    };
    return Object.keys(inputRequests).length === 0 ? done("nothing can be asked") : inputRequired({ inputRequests });
  });
  tools.add(
    "test_streaming_elicitation",
    "Asks while it streams.",
    (context): Answered =>
      answerTo(context, "user_name") === undefined
        ? inputRequired({ inputRequests: { user_name: asked("What is your name?", "name") } })
        : done("answered"),
  );
}
