/** Addresses of requests: placeholders filled in so that none can end its part, and how an address may be shown. */
import { substitute } from "@runfleet/engine";

type Variables = Readonly<Record<string, string>>;

/** A template that is one placeholder is the address as it is; in any other, values are encoded. */
export function addressText(template: string, variables: Variables): string {
  const isOneVariable = /^\s*\{\{[^{}]*\}\}\s*$/.test(template);
  return isOneVariable
    ? substitute(template, variables, "strip").trim()
    : substitute(template, encoded(template, variables), "strip");
}

/** Nothing for what is no http or https address. */
export function httpAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}

/** Without query and credentials: addresses are shown and kept. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

/** The variables a template names, encoded. */
function encoded(template: string, variables: Variables): Variables {
  const entries = Object.entries(variables).filter(([name]) => template.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, encodedText(value)]));
}

/** Half of a surrogate pair has no encoding; it becomes the replacement character, as in every UTF-8 encoder. */
function encodedText(text: string): string {
  return encodeURIComponent(Buffer.from(text, "utf8").toString("utf8"));
}
