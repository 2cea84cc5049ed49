/**
 * The members of an interface with what its source says of each: name, type, comment. Reads text that the formatter has laid out,
 * two spaces before a member, and understands no more of TypeScript than that.
 */
import { code, type Row } from "./markdown.js";

/** Throws when the source has no such interface, or a member that it cannot read. */
export function interfaceRows(source: string, name: string): readonly Row[] {
  const [, body] = new RegExp(`^export interface ${name} \\{\\n([\\s\\S]*?)^\\}$`, "m").exec(source) ?? [];
  if (body === undefined) throw new Error(`there is no interface ${name}`);
  const members = [
    ...body.matchAll(
      /^ {2}(?:\/\*\*([\s\S]*?)\*\/\n {2})?(?:readonly )?(\w+)(\??)([\s\S]*?);\n(?= {2}[\w/]|$(?![\s\S]))/gm,
    ),
  ];
  const unread = body.length - members.reduce((sum, [text]) => sum + text.length, 0);
  if (unread !== 0) throw new Error(`${unread} characters of ${name} are no member`);
  return members.map(([, comment = "", member = "", optional = "", type = ""]) => [
    code(`${member}${optional}`),
    code(typeText(type)),
    commentText(comment),
  ]);
}

/** The comment in front of an interface. */
export function interfaceMeaning(source: string, name: string): string {
  const [, comment = ""] =
    new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport interface ${name} `).exec(source) ?? [];
  return commentText(comment);
}

function typeText(text: string): string {
  return text.replace(/^:/, "").replaceAll("readonly ", "").replace(/\s+/g, " ").replace(/^ \| /, "").trim();
}

function commentText(comment: string): string {
  return comment
    .replace(/^\s*\*\s?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}
