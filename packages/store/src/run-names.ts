/**
 * The names of one run and its partition as a script's keys. Of a script's thirty names most are the partition's and never
 * change, and the run's differ by its id alone: what stands around the ids is made once for each script, so a call makes no name.
 * Knows none.
 */
import { addText, wordText } from "./script-command.js";

type Given = Readonly<Record<string, string>>;

/** `Names`: what they are called. */
export interface RunNames<Names extends object> {
  readonly runId: string;
  readonly forms: NameForms;
  /** Names of this call alone. */
  readonly more: Given;
  /** Only a type. Never set. */
  readonly names?: Names;
}

/** What is remembered of a partition's names. */
export interface NameForms {
  readonly tag: string;
  readonly namesOf: (runId: string) => Given;
  /** By the names a script wants, then by the bytes of an id. */
  readonly made: Map<readonly string[], Map<number, readonly Stretch[]>>;
}

/** Names that follow each other: the text around the ids in it, or a name of a call alone. */
type Stretch = { readonly around: readonly string[]; readonly words: number } | { readonly more: string };

/** Makes the names of runs; `namesOf` answers those of one run and of its partition, all under `tag`. */
export function runNames<Names extends object>(
  tag: string,
  namesOf: (runId: string) => Names,
): (runId: string) => RunNames<Names> {
  const forms: NameForms = { tag, namesOf: namesOf as unknown as NameForms["namesOf"], made: new Map() };
  return (runId) => ({ runId, forms, more: {} });
}

/** More names, which are none of the run and its partition. */
export function withKeys<Under extends object, More extends Readonly<Record<string, string>>>(
  { runId, forms, more: before }: RunNames<Under>,
  more: More,
): RunNames<Under & More> {
  return { runId, forms, more: { ...before, ...more } };
}

export function isRunNames(keys: object): keys is RunNames<object> {
  return typeof (keys as Partial<RunNames<object>>).forms === "object";
}

/** Adds the keys that a script wants, in its order. */
export function addRunNames(wanted: readonly string[], { runId, forms, more }: RunNames<object>): void {
  for (const stretch of stretchesOf(wanted, { runId, forms })) {
    if ("more" in stretch) addText(wordText(more[stretch.more] as string), 1);
    else addAround(stretch, runId);
  }
}

function addAround({ around, words }: Extract<Stretch, { readonly words: number }>, runId: string): void {
  addText(around[0] as string, words);
  for (let index = 1; index < around.length; index += 1) {
    addText(runId, 0);
    addText(around[index] as string, 0);
  }
}

function stretchesOf(
  wanted: readonly string[],
  { runId, forms }: { readonly runId: string; readonly forms: NameForms },
): readonly Stretch[] {
  const idBytes = Buffer.byteLength(runId);
  const byBytes = forms.made.get(wanted) ?? new Map<number, readonly Stretch[]>();
  const known = byBytes.get(idBytes);
  if (known !== undefined) return known;
  const made = makeStretches(wanted, { idBytes, forms });
  forms.made.set(wanted, byBytes.set(idBytes, made));
  return made;
}

function makeStretches(
  wanted: readonly string[],
  { idBytes, forms }: { readonly idBytes: number; readonly forms: NameForms },
): Stretch[] {
  // Of an id's length, and in no name.
  const anyId = "\0".repeat(idBytes);
  const names = forms.namesOf(anyId);
  const stretches: Stretch[] = [];
  let text = "";
  let words = 0;
  const end = () => {
    if (words > 0) stretches.push({ around: text.split(anyId), words });
    [text, words] = ["", 0];
  };
  for (const name of wanted) {
    const known = names[name];
    if (known !== undefined) {
      text += wordText(known);
      words += 1;
    } else {
      end();
      stretches.push({ more: name });
    }
  }
  end();
  return stretches;
}
