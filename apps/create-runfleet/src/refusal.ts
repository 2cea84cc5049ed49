/** What keeps a project from being made and the person can mend: a message for them, and nothing was written. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
