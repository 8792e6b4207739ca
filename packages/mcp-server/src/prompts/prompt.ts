/** A runbook that people repeat, as data: the text names tools, and `{name}` stands for an argument. */
export interface PromptEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** Lines of the request. A line that names an argument which was left out is left out too. */
  readonly text: readonly string[];
}

/** An argument of a prompt. */
interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly required?: true;
  /** Put in where the argument is left out. */
  readonly default?: string;
}
