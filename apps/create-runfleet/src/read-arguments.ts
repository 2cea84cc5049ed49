/** What was typed behind `create-runfleet`, read and checked; nothing is asked back, so that programs can type it too. */
import { parseArgs } from "node:util";
import { Refusal } from "./refusal.js";

export type Wish =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | {
      readonly kind: "create";
      /** Where the project goes, as typed. */
      readonly folder: string;
      /** A folder with Runfleet's packages as tarballs; without it they come from the registry. */
      readonly packages?: string;
    };

export const usage = `Makes a Runfleet project: a workflow, an action, a program that starts runs, and a test.

  npm create runfleet <folder>

  <folder>             new or empty; its name becomes the project's name. "." is the current folder
  --packages <folder>  take Runfleet's packages from tarballs in this folder, not from the registry
  --version            the version of the packages that the project gets
  --help               this`;

/** Throws a Refusal. */
export function readArguments(args: readonly string[]): Wish {
  const { values, positionals } = parse(args);
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  const [folder, ...more] = positionals;
  if (folder === undefined || folder === "")
    throw new Refusal("Say where the project goes: npm create runfleet my-project");
  if (more.length > 0)
    throw new Refusal(`One project at a time: what is "${more.join(" ")}"? A name with spaces needs quotes.`);
  const { packages } = values;
  return { kind: "create", folder, ...(packages === undefined ? {} : { packages }) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        packages: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
        version: { type: "boolean", short: "v", default: false },
      },
    });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Refusal(`${cause.message} --help shows what there is.`, { cause });
  }
}
