/** JSON that somebody else wrote: actions, scripts, child runs. */

/** The value, or `undefined` for text that is no JSON after all; whoever reads it goes on as if there were none. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
