/** A text of any length: its beginning, all of it on demand, and a button that copies it. */
import { useState } from "react";

const linesAtOnce = 12;
const charactersAtOnce = 1_500;

export function LongText({ name, text }: { readonly name: string; readonly text: string }) {
  const [isWhole, setWhole] = useState(false);
  const beginning = text.split("\n").slice(0, linesAtOnce).join("\n").slice(0, charactersAtOnce);
  const isLong = beginning.length < text.length;
  return (
    <div className="long">
      <pre>{isWhole || !isLong ? text : `${beginning} …`}</pre>
      <span className="sure">
        {isLong ? (
          <button type="button" className="plain" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? "Show less" : `Show all of ${name.toLowerCase()}`}
          </button>
        ) : null}
        <Copy name={name} text={text} />
      </span>
    </div>
  );
}

/** Browsers let pages copy on safe connections only; elsewhere there is no button. */
function Copy({ name, text }: { readonly name: string; readonly text: string }) {
  const [said, setSaid] = useState("");
  if (navigator.clipboard === undefined) return null;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setSaid("copied"),
      () => setSaid("the browser does not allow it"),
    );
  };
  return (
    <>
      <button type="button" className="plain" onClick={copy}>
        Copy {name.toLowerCase()}
      </button>
      <span role="status" className="quiet">
        {said}
      </span>
    </>
  );
}
