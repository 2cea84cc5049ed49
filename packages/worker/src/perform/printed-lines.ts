/** Cuts what a program prints into lines for the run's log. Holds no more than one line, and of a long one its beginning. */
import { StringDecoder } from "node:string_decoder";
import { limits } from "@runfleet/model";

export interface LineSink {
  push(chunk: Buffer): void;
  /** What is left is a line too. */
  end(): void;
}

/** More is cut anyway; the rest says that it was. */
const charsMax = limits.logLineBytesMax + 1;

/** `say` gets each line without its end. Decoding is lenient. */
export function printedLines(say: (line: string) => void): LineSink {
  const decoder = new StringDecoder("utf8");
  let open = "";
  const add = (text: string): void => {
    open = open.length > charsMax ? open : (open + text).slice(0, charsMax + 1);
  };
  return {
    push(chunk) {
      const [first = "", ...others] = decoder.write(chunk).split("\n");
      add(first);
      for (const next of others) {
        say(open);
        open = "";
        add(next);
      }
    },
    end() {
      add(decoder.end());
      if (open !== "") say(open);
      open = "";
    },
  };
}
